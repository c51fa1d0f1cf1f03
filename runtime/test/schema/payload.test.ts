import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { ContentSchema } from "../../../test/fixtures/gen/box/v1/box_pb.js";
import { KindsSchema } from "../../../test/fixtures/gen/lab/v1/kinds_pb.js";
import { NoteEntitySchema, TraceEventSchema } from "../../../test/fixtures/gen/lab/v1/lab_pb.js";
import { ReadingSchema } from "../../../test/fixtures/gen/lab/v1/reading_pb.js";
import { spoil } from "../../../test/fixtures/spoil.js";
import { decodePayload, type PayloadInit, toPayload } from "../../src/schema/payload.js";

const contentMessage = () =>
  create(ContentSchema, {
    items: ["b", "a"],
    boxes: [{ items: ["x"] }],
    labels: { l: "m" },
    json: { list: [1, { k: "v" }] },
    data: new Uint8Array([1, 2]),
    lid: { case: "text", value: "t" },
  });

type Init = PayloadInit<typeof NoteEntitySchema>;
const note = (init: unknown) => toPayload(NoteEntitySchema, init as Init, 'event "X"', { name: "X" });

describe("toPayload", () => {
  test("makes a message of an object with some of its fields", () => {
    expect(note({ number: 3 })).toEqual(create(NoteEntitySchema, { number: 3 }));
  });

  test("takes a message as it is now, and no part in what becomes of it", () => {
    const message = create(NoteEntitySchema, { number: 3 });
    const payload = note(message);
    message.number = 4;
    expect(payload).toEqual(create(NoteEntitySchema, { number: 3 }));
  });

  test.each([
    ["a message", () => contentMessage()],
    ["an object with fields", () => ({ ...contentMessage(), $typeName: undefined, lid: { case: "more", value: {} } })],
    ["a spread message", () => ({ ...contentMessage(), items: ["x"] })],
    [
      "an object with messages in it",
      () => ({ boxes: [contentMessage()], lid: { case: "more", value: contentMessage() } }),
    ],
  ])("shares nothing with %s", (_, make) => {
    const init = make() as PayloadInit<typeof ContentSchema>;
    const payload = toPayload(ContentSchema, init, "x", {});
    const before = toBinary(ContentSchema, payload);
    spoil(init);
    expect(toBinary(ContentSchema, payload)).toEqual(before);
  });

  test("reads bytes that are no window on what it reads, and no Buffer", () => {
    const encoded = Buffer.from(toBinary(ContentSchema, contentMessage()));
    const payload = decodePayload(ContentSchema, encoded);
    encoded.fill(0);
    expect(payload).toEqual(contentMessage());
    expect(Object.getPrototypeOf(payload.data)).toBe(Uint8Array.prototype);
  });

  test("takes a spread message with fields replaced, and with fields taken back", () => {
    const message = create(NoteEntitySchema, { number: 3, text: "x" });
    expect(note({ ...message, text: "y" })).toEqual(create(NoteEntitySchema, { number: 3, text: "y" }));
    // The types allow it, and text must not be undefined in what projections see.
    expect(note({ ...message, text: undefined })).toEqual(create(NoteEntitySchema, { number: 3 }));
  });

  test("gives a spread message of explicit presence its defaults back", () => {
    const reading = create(ReadingSchema, { meter: "m", value: 3 });
    const payload = toPayload(ReadingSchema, { ...reading, value: undefined }, "x", {});
    expect([payload.meter, payload.value, payload.unit]).toEqual(["m", 7, "volt"]);
    expect(Object.hasOwn(payload, "value")).toBe(false);
  });

  test("rounds a float to what the log will say", () => {
    const payload = toPayload(KindsSchema, { fFloat: 0.1, one: { wFloat: 0.2 }, fDouble: 0.1 }, "x", {});
    expect([payload.fFloat, payload.one?.wFloat, payload.fDouble]).toEqual([Math.fround(0.1), Math.fround(0.2), 0.1]);
  });

  test("takes the sign of a zero where the log has none", () => {
    const payload = toPayload(KindsSchema, { fInt32: -0, mood: -0, fDouble: -0, wList: [{ value: -0 }] }, "x", {});
    expect([payload.fInt32, payload.mood, payload.fDouble, payload.wList[0]?.value]).toEqual([0, 0, -0, 0]);
  });

  test("refuses a message of another type, in words that say both", () => {
    expect(() => note(create(TraceEventSchema))).toThrow(
      expect.objectContaining({
        code: "PAYLOAD_TYPE_MISMATCH",
        message: 'event "X" payload type mismatch: got lab.v1.TraceEvent want lab.v1.NoteEntity',
        context: { name: "X" },
      }),
    );
  });

  test.each([[null], [undefined], ["x"], [5], [[]], [() => 1], [{ $typeName: 5 }]])("refuses %s", (init) => {
    expect(() => note(init)).toThrow(expect.objectContaining({ code: "PAYLOAD_TYPE_MISMATCH" }));
  });

  test("refuses a field that the message does not have, and a value that its field cannot hold", () => {
    expect(() => note({ nunber: 3 })).toThrow(
      expect.objectContaining({
        code: "INVALID_PAYLOAD",
        message: 'event "X" payload invalid: nunber: lab.v1.NoteEntity has no field "nunber"',
        context: { name: "X", field: "nunber" },
      }),
    );
    expect(() => note({ number: "3" })).toThrow(
      expect.objectContaining({ code: "INVALID_PAYLOAD", context: { name: "X", field: "number" } }),
    );
  });

  test("refuses an object without end", () => {
    const init: Record<string, unknown> = {};
    init.one = init;
    expect(() => toPayload(KindsSchema, init as PayloadInit<typeof KindsSchema>, "x", {})).toThrow(
      expect.objectContaining({ code: "INVALID_PAYLOAD" }),
    );
  });
});
