import { Hub } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { LabNote, LabNoteSet, LabRest, LabTold, LabWork, lab } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../fixtures/lab.js";

// Weakness 17, its last part: submit returns no ordinal.

function hubOf(): Hub {
  return new Hub({
    features: [
      labOf({
        async work({ publish, payload }) {
          await publish(LabNoteSet, { number: 1, text: "" });
          publish(LabNoteSet, { number: 1, text: payload.task });
        },
      }),
    ],
  });
}

test("submit returns the ordinal of the last event, and the snapshot then has it", async () => {
  const hub = hubOf();
  const { ordinal } = await hub.submit("s", LabWork, { task: "sweep" });
  const snapshot = await hub.snapshot("s");
  expect([ordinal, snapshot.ordinal, snapshot.get(LabNote, 1)?.text]).toEqual([2n, 2n, "sweep"]);
  expect(await hub.submit("s", LabRest, {})).toEqual({ ordinal: 2n });
});

test("a client within the process submits, listens and reads with the feature's types", async () => {
  const client = hubOf().client("s", lab);
  const heard: bigint[] = [];
  client.on(LabTold, ({ ordinal }) => heard.push(ordinal));
  expect(await client.submit(LabWork, { task: "sweep" })).toEqual({ ordinal: 2n });
  expect([heard, (await client.snapshot()).get(LabNote, 1)?.text]).toEqual([[1n, 2n], "sweep"]);
});
