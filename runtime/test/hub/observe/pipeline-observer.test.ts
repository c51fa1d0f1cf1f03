import { Hub, type PipelineRecord } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { LabCounterAdded, LabWork } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";

function stepsOf(records: readonly PipelineRecord[]): string[] {
  return records.map(
    ({ mode, step, name, ordinal, count }) => `${mode} ${step} ${name} ${ordinal ?? "-"} ${count ?? "-"}`,
  );
}

test("the pipeline observer has a record of each step, with the modes live and rebuild", async () => {
  const records: PipelineRecord[] = [];
  const feature = labOf({
    async work({ publish }) {
      await publish(LabCounterAdded, { name: "c", amount: 1n });
    },
  });
  const hub = new Hub({ features: [feature], observer: (record) => records.push(record) });
  await hub.submit("s", LabWork, {});
  expect(stepsOf(records.splice(0))).toEqual([
    "live submit LabWork - -",
    "live ui-projection LabCounterAdded 1 1",
    "live order LabCounterAdded 1 -",
    "live timeline-projection LabCounterAdded 1 1",
    "live commit LabCounterAdded 1 -",
    "live fanout LabCounterAdded 1 1",
  ]);
  await hub.rebuild("s");
  expect(stepsOf(records)).toEqual(["rebuild timeline-projection LabCounterAdded 1 1"]);
  await hub.close();
});

test("a step that fails is recorded with why", async () => {
  const records: PipelineRecord[] = [];
  const hub = new Hub({
    features: [labOf({ beforeTimeline: () => fail("timeline"), beforeUi: () => fail("ui") })],
    observer: (record) => records.push(record),
    onError: () => {},
  });
  await hub.publish("s", LabCounterAdded, { name: "c" });
  const failed = records.filter(({ error }) => error !== undefined);
  expect(failed.map(({ step }) => step)).toEqual(["ui-projection", "timeline-projection"]);
  await hub.close();
});

test("a throwing observer harms nobody", async () => {
  const hub = new Hub({ features: [labOf()], observer: () => fail("observer") });
  await expect(hub.publish("s", LabCounterAdded, { name: "c", amount: 2n })).resolves.toEqual({ ordinal: 1n });
  expect((await hub.snapshot("s")).ordinal).toBe(1n);
  await hub.close();
});

function fail(what: string): never {
  throw new Error(`the ${what} fails`);
}
