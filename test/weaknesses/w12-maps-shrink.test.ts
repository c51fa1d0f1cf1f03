import { Hub } from "@sessionstream/runtime";
import type { StoredSession } from "@sessionstream/runtime/store";
import { expect, test } from "vitest";
import { LabCounter, LabCounterAdded } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../fixtures/lab.js";
import { memoryPlace, wrapStore } from "../fixtures/stores.js";

// Weakness 12, its first sentence: session and ordinal maps never shrink.

test("session and ordinal maps shrink: idle sessions beyond a number leave the memory", async () => {
  const store = memoryPlace().open();
  const loads: string[] = [];
  const watched = wrapStore(store, {
    load: (id) => {
      loads.push(id);
      return store.load(id);
    },
  });
  const hub = new Hub({ features: [labOf()], store: watched, keepIdle: 10 });
  const publish = (index: number) => hub.publish(`s${index}`, LabCounterAdded, { name: "c", amount: 1n });
  for (let index = 0; index < 100; index++) await publish(index);
  loads.length = 0;
  // The ten used last are still there, the others are read again and go on where they were.
  for (let index = 99; index >= 90; index--) await publish(index);
  expect(loads).toEqual([]);
  expect(await publish(0)).toEqual({ ordinal: 2n });
  expect(loads).toEqual(["s0"]);
  loads.length = 0;
  const session: StoredSession | undefined = await store.session("s0");
  expect(session).toMatchObject({ ordinal: 2n, cursor: 2n });
  expect((await hub.snapshot("s0")).get(LabCounter, "c")?.total).toBe(2n);
});
