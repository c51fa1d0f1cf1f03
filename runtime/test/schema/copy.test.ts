import { isDeepStrictEqual } from "node:util";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cases } from "../../../test/fixtures/cases.js";
import { ContentSchema } from "../../../test/fixtures/gen/box/v1/box_pb.js";
import { type Kinds, KindsSchema } from "../../../test/fixtures/gen/lab/v1/kinds_pb.js";
import { ReadingSchema } from "../../../test/fixtures/gen/lab/v1/reading_pb.js";
import { spoil } from "../../../test/fixtures/spoil.js";
import { findInvalidField } from "../../src/schema/check/message.js";
import { copyMessage } from "../../src/schema/copy.js";
import { kindsInit } from "./check/kinds.js";

test("a copy is what its message was, whatever becomes of the message", () => {
  let copied = 0;
  fc.assert(
    fc.property(kindsInit, (init) => {
      const message = validOf(init);
      if (message === undefined) return;
      copied++;
      // It has floats of 32 bits, zeros without a sign, and bytes of its own.
      const kept = fromBinary(KindsSchema, toBinary(KindsSchema, message));
      const copy = copyMessage(KindsSchema, kept);
      expect(isDeepStrictEqual(copy, kept)).toBe(true);
      const before = toBinary(KindsSchema, kept);
      spoil(kept);
      expect(toBinary(KindsSchema, copy)).toEqual(before);
      spoil(copy);
    }),
    cases(1000),
  );
  expect(copied).toBeGreaterThan(100);
});

test("a message that was made just now gives up what it shares with what it was made of", () => {
  let made = 0;
  fc.assert(
    fc.property(kindsInit, (init) => {
      const message = validOf(init);
      if (message === undefined) return;
      made++;
      expect(copyMessage(KindsSchema, message, true)).toBe(message);
      const before = toBinary(KindsSchema, message);
      expect(isDeepStrictEqual(message, fromBinary(KindsSchema, before))).toBe(true);
      spoil(init);
      expect(toBinary(KindsSchema, message)).toEqual(before);
    }),
    cases(1000),
  );
  expect(made).toBeGreaterThan(100);
});

test("a copy knows what is not set, and the defaults of that", () => {
  const copy = copyMessage(ReadingSchema, create(ReadingSchema, { meter: "m" }));
  expect([copy.value, copy.unit, Object.hasOwn(copy, "value")]).toEqual([7, "volt", false]);
});

test("a copy has nothing that the schema does not have, but what was read with it", () => {
  const unknown = [{ no: 99, wireType: 2, data: new Uint8Array([1, 7]) }];
  const message = Object.assign(create(ContentSchema), { extra: [1], $unknown: unknown });
  const copy = copyMessage(ContentSchema, message);
  expect(copy).not.toHaveProperty("extra");
  expect(copy.$unknown).toEqual(unknown);
  unknown[0]?.data.fill(0);
  expect(copy.$unknown?.[0]?.data).toEqual(new Uint8Array([1, 7]));
});

test("bytes of a Buffer become a Uint8Array, at any depth", () => {
  const data = Buffer.from("data");
  const content = create(ContentSchema, { data, boxes: [{ data }], lid: { case: "more", value: { data } } });
  const { lid, ...copy } = copyMessage(ContentSchema, content, true);
  const all = [copy.data, copy.boxes[0]?.data, lid.case === "more" && lid.value.data];
  expect(all.map((each) => Object.getPrototypeOf(each) === Uint8Array.prototype)).toEqual([true, true, true]);
  expect(all).toEqual([new Uint8Array(data), new Uint8Array(data), new Uint8Array(data)]);
});

test("a key __proto__ is a key like others", () => {
  const json = JSON.parse('{ "__proto__": { "__proto__": [1] } }');
  const labels = JSON.parse('{ "__proto__": "x" }');
  const copy = copyMessage(ContentSchema, create(ContentSchema, { json, labels }), true);
  expect(JSON.stringify([copy.json, copy.labels])).toBe('[{"__proto__":{"__proto__":[1]}},{"__proto__":"x"}]');
  expect([copy.json, copy.labels].map((each) => Object.getPrototypeOf(each) === Object.prototype)).toEqual([
    true,
    true,
  ]);
});

function validOf(init: unknown): Kinds | undefined {
  try {
    const message = create(KindsSchema, init as Parameters<typeof create<typeof KindsSchema>>[1]);
    return findInvalidField(KindsSchema, message) === undefined ? message : undefined;
  } catch {
    return undefined;
  }
}
