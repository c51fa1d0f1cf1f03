import { existsSync, readFileSync } from "node:fs";
import { type SqliteStoreOptions, sqliteStore } from "@sessionstream/runtime/sqlite";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { newFile } from "../../../test/fixtures/stores.js";
import { until } from "../../../test/fixtures/until.js";
import { claimOf, commit, entityOf, errorAt, eventAt, keyOf, startOf } from "../../src/testing/store/batches.js";

const relaxed: SqliteStoreOptions = { synchronous: "normal" };

/** How many rows there are besides those of descriptors and processes, by table. */
function rowsOf(path: string): Record<string, number> {
  const database = new Database(path, { readonly: true });
  const count = (table: string) => database.prepare<[], number>(`SELECT count(*) FROM "${table}"`).pluck().get() ?? 0;
  const tables = ["session", "event", "entity", "error", "key", "run", "deleted"];
  const counts = Object.fromEntries(tables.map((table) => [table, count(table)]));
  database.close();
  return counts;
}

function makeCompact(path: string): void {
  const database = new Database(path);
  database.exec("VACUUM");
  database.pragma("wal_checkpoint(TRUNCATE)");
  database.close();
}

test("after a deletion and a vacuum, nothing in the file tells of the session or of its people", async () => {
  const path = newFile();
  const store = sqliteStore(path, relaxed);
  const meta = { identity: "person-of-s", command: "Say" };
  await commit(store, { sessionId: "session-kept", events: [eventAt(1n)], metadata: { owner: "person-of-t" } });
  for (const [revision, more] of [{}, { runs: [startOf("r2")] }].entries()) {
    await commit(store, {
      sessionId: "session-gone",
      metadata: { owner: "person-of-s" },
      revision,
      events: [eventAt(BigInt(revision + 1), { meta })],
      cursor: 1n,
      entities: [entityOf("entity-of-s")],
      errors: [errorAt(1n, { message: "what person-of-s said" })],
      keys: [keyOf(`key-${revision}`, { space: "c:person-of-s", firstOrdinal: 1n, lastOrdinal: 1n })],
      runs: [startOf(`run-${revision}`, { startedBy: meta })],
      ...more,
    });
  }
  await commit(store, { sessionId: "session-gone", revision: 2, cursor: 1n });
  await store.claim([claimOf("k", "t", { sessionId: "session-gone", space: "c:person-of-s" })]);
  const before = readFileSync(path, "latin1") + readFileSync(`${path}-wal`, "latin1");
  expect(before).toContain("session-gone");
  expect(before).toContain("person-of-s");
  expect(await store.delete("session-gone")).toBe(true);
  await store.close();
  makeCompact(path);
  const after = [path, `${path}-wal`].map((file) => (existsSync(file) ? readFileSync(file, "latin1") : "")).join("");
  expect(after).toContain("session-kept");
  expect(after).toContain("person-of-t");
  for (const trace of ["session-gone", "person-of-s", "entity-of-s", "run-0", "key-0"]) {
    expect(after).not.toContain(trace);
  }
});

test("the newest event leaves a blank, so that its number is not given to another, which goes with the next", async () => {
  const path = newFile();
  const store = sqliteStore(path, relaxed);
  await commit(store, { events: [eventAt(1n), eventAt(2n)] });
  await store.delete("s");
  await store.close();
  expect(rowsOf(path)).toMatchObject({ session: 1, event: 1, deleted: 1 });
  const again = sqliteStore(path, relaxed);
  expect(await again.sessions()).toEqual([]);
  await commit(again, { sessionId: "t", events: [eventAt(1n)] });
  await again.delete("nothing");
  await until(() => rowsOf(path).deleted === 0, "the blank is gone");
  expect(rowsOf(path)).toMatchObject({ session: 1, event: 1 });
  await again.close();
});

test("what a program left half removed is removed when the file is opened next", async () => {
  const path = newFile();
  const store = sqliteStore(path, relaxed);
  await commit(store, { events: Array.from({ length: 20_000 }, (_, index) => eventAt(BigInt(index + 1))) });
  await commit(store, { sessionId: "t", events: [eventAt(1n)] });
  // Closed at once, it has hidden the session, and removed hardly any of it.
  const deleted = store.delete("s").catch((error: unknown) => error);
  await expect.poll(() => store.session("s"), { interval: 0 }).toBeUndefined();
  await store.close();
  expect(await deleted).toMatchObject({ code: "CLOSED" });
  expect(rowsOf(path)).toMatchObject({ session: 2, deleted: 1 });
  const again = sqliteStore(path, relaxed);
  expect(await again.session("s")).toBeUndefined();
  await until(() => rowsOf(path).deleted === 0, "the rest is removed");
  expect(rowsOf(path)).toMatchObject({ session: 1, event: 1 });
  expect(await again.events("t")).toHaveLength(1);
  await again.close();
});

test("a store that only reads removes nothing", async () => {
  const path = newFile();
  const store = sqliteStore(path, relaxed);
  await commit(store, { events: [eventAt(1n), eventAt(2n)] });
  await store.delete("s");
  await store.close();
  const reader = sqliteStore(path, { readonly: true });
  expect(await reader.sessions()).toEqual([]);
  await expect(reader.delete("s")).rejects.toMatchObject({ code: "STORE_FAILED" });
  await reader.close();
});
