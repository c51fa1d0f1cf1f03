import { Hub, memoryStore } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { LabTrace, LabWork } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";
import { wrapStore } from "../../../../test/fixtures/stores.js";

test("a handler that hangs in one session holds up no other", async () => {
  const hub = new Hub({ features: [labOf({ work: () => new Promise(() => {}) })] });
  void hub.submit("hangs", LabWork, {});
  await hub.session("hangs");
  expect(await hub.publish("other", LabTrace, {})).toEqual({ ordinal: 1n });
  expect(await hub.publish("hangs", LabTrace, {})).toEqual({ ordinal: 1n });
});

test("a session that takes long to load holds up no other, and no lock is held meanwhile", async () => {
  let load = () => {};
  const inner = memoryStore();
  const store = wrapStore(inner, {
    load: async (id) => {
      if (id === "slow") await new Promise<void>((resolve) => (load = resolve));
      return inner.load(id);
    },
  });
  const hub = new Hub({ features: [labOf()], store });
  const slow = hub.publish("slow", LabTrace, {});
  for (let ordinal = 1n; ordinal < 10n; ordinal++)
    expect(await hub.publish("other", LabTrace, {})).toEqual({ ordinal });
  load();
  expect(await slow).toEqual({ ordinal: 1n });
});

test("events of many sessions share their commits", async () => {
  let commits = 0;
  const inner = memoryStore();
  const store = wrapStore(inner, {
    commit: (batches) => {
      commits++;
      return inner.commit(batches);
    },
  });
  const hub = new Hub({ features: [labOf()], store });
  await Promise.all(Array.from({ length: 100 }, (_, index) => hub.publish(`s${index}`, LabTrace, {})));
  expect(commits).toBeLessThan(10);
});
