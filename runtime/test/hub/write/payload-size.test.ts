import { Hub } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { LabNoteSet, LabTrace, LabWork } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";

const tooLarge = { code: "PAYLOAD_TOO_LARGE", context: { sessionId: "s" } };

test("a payload above maxPayloadBytes is refused, however it is published, and leaves no trace", async () => {
  const hub = new Hub({ features: [labOf()], maxPayloadBytes: 1000 });
  const text = "x".repeat(1001);
  await expect(hub.publish("s", LabNoteSet, { number: 1, text })).rejects.toMatchObject(tooLarge);
  await expect(hub.publish("s", [LabTrace.of({}), LabNoteSet.of({ number: 1, text })])).rejects.toMatchObject(tooLarge);
  await expect(hub.publish("s", LabNoteSet, { number: 1, text }, { key: "k" })).rejects.toMatchObject(tooLarge);
  await expect(hub.publish("s", LabNoteSet, { number: 1, text })).rejects.toThrow(
    'event "LabNoteSet" payload has more than 1000 bytes: keep what is large elsewhere and refer to it, or raise the hub\'s maxPayloadBytes',
  );
  expect(await hub.sessions()).toEqual([]);
  // 995 bytes of text, 3 before them and 2 of the number.
  await hub.publish("s", LabNoteSet, { number: 1, text: "x".repeat(995) });
  await expect(hub.publish("s", LabNoteSet, { number: 1, text: "x".repeat(996) })).rejects.toThrow("1001 bytes");
  // By its characters it would fit.
  await expect(hub.publish("s", LabNoteSet, { number: 1, text: "ü".repeat(900) })).rejects.toMatchObject(tooLarge);
  expect((await hub.session("s")).ordinal).toBe(1n);
});

test("a payload of 4 MiB is the largest by default, also of a command", async () => {
  const hub = new Hub({ features: [labOf()] });
  const text = "x".repeat(2 ** 22 + 1);
  await expect(hub.submit("s", LabWork, { task: text })).rejects.toMatchObject(tooLarge);
  await expect(hub.publish("s", LabNoteSet, { number: 1, text })).rejects.toMatchObject(tooLarge);
  await hub.publish("s", LabNoteSet, { number: 1, text: "x".repeat(2 ** 22 - 20) });
});
