import { Hub } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import {
  LabNote,
  LabNoteAppended,
  LabNoteSet,
  LabWork,
} from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../../test/fixtures/lab.js";
import { places, wrapStore } from "../../../../../test/fixtures/stores.js";

// What many publish at once: the order of the log is the order in which it is projected.

test.each(places)("concurrent publishers of a session apply in order, on %s", async (_, makePlace) => {
  const store = makePlace().open();
  const hub = new Hub({
    store,
    features: [
      labOf({
        async work({ payload, publish }) {
          for (let i = 0; i < 20; i++) await publish(LabNoteAppended, { number: 1, text: `${payload.task}${i};` });
        },
      }),
    ],
  });
  await Promise.all(["a", "b", "c", "d"].map((task) => hub.submit("s", LabWork, { task })));
  const logged = (await hub.events("s")).map(({ payload }) => (payload as { text?: string }).text);
  expect((await hub.snapshot("s")).get(LabNote, 1)?.text).toBe(logged.join(""));
  expect(logged).toHaveLength(80);
  await hub.close();
});

test("an older state never overwrites a newer one", async () => {
  const hub = new Hub({ features: [labOf()] });
  const states = Array.from({ length: 300 }, (_, index) => `${index}`);
  await Promise.all(states.map((text) => hub.publish("s", LabNoteSet, { number: 1, text })));
  const [last] = (await hub.events("s", { after: 299n })).map(({ payload }) => (payload as { text?: string }).text);
  expect((await hub.snapshot("s")).get(LabNote, 1)?.text).toBe(last);
});

test.each(places)("a snapshot never claims an ordinal that it lacks, on %s", async (_, makePlace) => {
  const store = makePlace().open();
  const slow = wrapStore(store, {
    commit: async (batches) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return store.commit(batches);
    },
  });
  const hub = new Hub({ features: [labOf()], store: slow });
  const published = Array.from({ length: 200 }, async (_, index) => {
    await new Promise((resolve) => setTimeout(resolve, index));
    return hub.publish("s", LabNoteAppended, { number: 1, text: "x" });
  });
  let isDone = false;
  const all = Promise.all(published).finally(() => {
    isDone = true;
  });
  let seen = 0;
  while (!isDone) {
    const snapshot = await hub.snapshot("s");
    expect(snapshot.get(LabNote, 1)?.text.length ?? 0).toBe(Number(snapshot.ordinal));
    if (snapshot.ordinal > 0n && snapshot.ordinal < 200n) seen++;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await all;
  expect(seen).toBeGreaterThan(0);
  await hub.close();
});
