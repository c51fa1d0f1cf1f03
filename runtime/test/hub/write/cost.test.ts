import { Hub } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import type { SessionBatch } from "@sessionstream/runtime/store";
import { expect, test } from "vitest";
import { LabNoteAppended, LabNoteSet } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";
import { openRaw } from "../../../../test/fixtures/raw-database.js";
import { memoryPlace, newFile, wrapStore } from "../../../../test/fixtures/stores.js";

test("an event loads no entity and writes only those that it changed, however many there are", async () => {
  const store = memoryPlace().open();
  let loads = 0;
  let batches: SessionBatch[] = [];
  const watched = wrapStore(store, {
    load: (id) => {
      loads++;
      return store.load(id);
    },
    commit: (given) => {
      batches.push(...given);
      return store.commit(given);
    },
  });
  const hub = new Hub({ features: [labOf()], store: watched });
  await Promise.all(Array.from({ length: 2000 }, (_, number) => hub.publish("s", LabNoteSet, { number, text: "x" })));
  // Stores all of them.
  await hub.rebuild("s");
  [loads, batches] = [0, []];
  await hub.publish("s", LabNoteAppended, { number: 7, text: "y" });
  await hub.publish("s", LabNoteAppended, { number: 8, text: "y".repeat(500_000) });
  expect([loads, batches.map(({ entities }) => entities.map(({ id }) => id))]).toEqual([0, [[], ["7", "8"]]]);
});

test("an event costs about the same in a long session as in a short one", async () => {
  const hub = new Hub({ features: [labOf()] });
  await Promise.all(
    Array.from({ length: 20_000 }, (_, number) => hub.publish("long", LabNoteSet, { number, text: "x" })),
  );
  await hub.publish("short", LabNoteSet, { number: 7, text: "x" });
  const time = async (session: string) => {
    const began = performance.now();
    await Promise.all(Array.from({ length: 200 }, () => hub.publish(session, LabNoteSet, { number: 7, text: "y" })));
    return performance.now() - began;
  };
  // The best of several, for the machine does other things too; loading or sorting 20,000 entities an event costs a hundredfold.
  let [short, long] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 7; round++) {
    short = Math.min(short, await time("short"));
    long = Math.min(long, await time("long"));
  }
  expect(long / short).toBeLessThan(5);
});

test("storage is linear in a streamed message: its entity is kept once", async () => {
  const sizeOf = async (tokens: number) => {
    const file = newFile();
    const hub = new Hub({ features: [labOf()], store: sqliteStore(file, { synchronous: "normal" }) });
    for (let sent = 0; sent < tokens; sent += 50) {
      await Promise.all(
        Array.from({ length: 50 }, () => hub.publish("s", LabNoteAppended, { number: 1, text: "token " })),
      );
    }
    await hub.close();
    const database = openRaw(file, { readonly: true });
    const bytes = database.value(
      "SELECT (SELECT sum(length(payload)) FROM event) + (SELECT sum(length(payload)) FROM entity)",
    );
    database.close();
    return bytes as number;
  };
  const [small, large] = [await sizeOf(500), await sizeOf(2000)];
  expect(large / small).toBeLessThan(4.2);
});
