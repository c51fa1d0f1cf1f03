import { setTimeout as sleep } from "node:timers/promises";
import { Hub } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { expect, test } from "vitest";
import { LabTrace, LabWork } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";

test("a decision without events, and several events that are none, cause nothing", async () => {
  const feature = labOf({
    work: async ({ decide, publish, background }) => {
      await decide(() => []);
      await publish([]);
      background("r", async () => {
        // After the handler has returned.
        await sleep(5);
        await publish(LabTrace, {});
      });
    },
  });
  const hub = new Hub({ features: [feature] });
  await hub.submit("s", LabWork, {});
  await hub.waitIdle("s");
  await hub.submit("s", LabWork, {});
  await hub.waitIdle("s");
  const metas = (await hub.events("s")).map(({ meta }) => meta);
  expect(metas).toEqual([{ command: "LabWork" }, { command: "LabWork" }]);
  await hub.close();
});

test("a clock may give parts of milliseconds", async () => {
  const hub = new Hub({ features: [labOf()], store: sqliteStore(":memory:"), now: () => 1_763_000_000_000.75 });
  await hub.publish("s", LabTrace, {});
  expect((await hub.events("s")).map(({ time }) => time)).toEqual([1_763_000_000_000]);
  await hub.close();
});
