import { Hub } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import type { SessionBatch } from "@sessionstream/runtime/store";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { LabCounter, LabCounterAdded } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../fixtures/lab.js";
import { memoryPlace, newFile, wrapStore } from "../fixtures/stores.js";

// Weakness 2: event append, entity apply and cursor advance are three commits.

test("event append, entity apply and cursor advance are one commit", async () => {
  const store = memoryPlace().open();
  const batches: SessionBatch[] = [];
  const watched = wrapStore(store, {
    commit: (given) => {
      batches.push(...given);
      return store.commit(given);
    },
  });
  const hub = new Hub({ features: [labOf()], store: watched });
  await hub.publish("s", LabCounterAdded, { name: "c", amount: 1n });
  expect(batches).toMatchObject([{ events: [{ ordinal: 1n }], entities: [{ id: "c" }], cursor: 1n }]);
});

test.each(["events", "entities"])("when the write of %s fails, nothing of the others is there", async (table) => {
  const file = newFile();
  await sqliteStore(file).close();
  const database = new Database(file);
  database.exec(`CREATE TRIGGER trap BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'full'); END`);
  const hub = new Hub({ features: [labOf()], store: sqliteStore(file), onError: () => {} });
  await expect(hub.publish("s", LabCounterAdded, { name: "c", amount: 1n })).rejects.toThrow("full");
  const count = (name: string) => database.prepare(`SELECT count(*) FROM ${name}`).pluck().get();
  expect(["sessions", "events", "entities", "errors"].map(count)).toEqual([0, 0, 0, 0]);
  database.exec("DROP TRIGGER trap");
  database.close();
  expect(await hub.publish("s", LabCounterAdded, { name: "c", amount: 2n })).toEqual({ ordinal: 1n });
  expect((await hub.snapshot("s")).get(LabCounter, "c")?.total).toBe(2n);
  await hub.close();
});
