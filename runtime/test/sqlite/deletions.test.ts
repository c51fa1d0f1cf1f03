import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type SqliteStoreOptions, sqliteStore } from "@sessionstream/runtime/sqlite";
import type { SessionPart } from "@sessionstream/runtime/store";
import { expect, onTestFinished, test, vi } from "vitest";
import { openRaw } from "../../../test/fixtures/raw-database.js";
import { newFile } from "../../../test/fixtures/stores.js";
import { until } from "../../../test/fixtures/until.js";
import {
  changeOf,
  claimOf,
  commit,
  entityOf,
  errorAt,
  eventAt,
  keyOf,
  startOf,
} from "../../src/testing/store/batches.js";

const relaxed: SqliteStoreOptions = { synchronous: "normal" };

/** How many rows there are besides those of descriptors and processes, by table. */
function rowsOf(path: string): Record<string, number> {
  const database = openRaw(path, { readonly: true });
  const tables = ["session", "event", "entity", "error", "key", "run", "hidden"];
  const counts = tables.map((table) => [table, Number(database.value(`SELECT count(*) FROM "${table}"`))] as const);
  database.close();
  return Object.fromEntries(counts);
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
  await store.vacuum();
  await store.close();
  const after = [path, `${path}-wal`].map((file) => (existsSync(file) ? readFileSync(file, "latin1") : "")).join("");
  expect(after).toContain("session-kept");
  expect(after).toContain("person-of-t");
  for (const trace of ["session-gone", "person-of-s", "entity-of-s", "run-0", "key-0"]) {
    expect(after).not.toContain(trace);
  }
});

/** A file from which a session was deleted while somebody reads it as it was before. */
async function readMeanwhile() {
  const path = newFile();
  const store = sqliteStore(path, relaxed);
  await commit(store, { sessionId: "t", events: [eventAt(1n)] });
  await commit(store, { sessionId: "session-gone", events: [eventAt(1n)] });
  const reader = openRaw(path, { readonly: true });
  reader.exec("BEGIN");
  reader.value("SELECT count(*) FROM event");
  await store.delete("session-gone");
  const text = () => readFileSync(path, "latin1") + readFileSync(`${path}-wal`, "latin1");
  return { store, reader, text };
}

test("a vacuum waits for those who still read what was deleted", async () => {
  const { store, reader, text } = await readMeanwhile();
  let isDone = false;
  const vacuumed = store.vacuum().then(() => {
    isDone = true;
  });
  await sleep(200);
  expect(isDone).toBe(false);
  expect(text()).toContain("session-gone");
  reader.close();
  await vacuumed;
  expect(text()).not.toContain("session-gone");
  await store.close();
});

test("a vacuum does not say that it is done where somebody reads what was deleted for too long", async () => {
  const { store, reader, text } = await readMeanwhile();
  const now = performance.now.bind(performance);
  let later = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + later);
  onTestFinished(() => clock.mockRestore());
  const vacuumed = store.vacuum().catch((error: unknown) => error);
  await sleep(200);
  later = 60_001;
  expect(await vacuumed).toMatchObject({
    code: "STORE_FAILED",
    message: expect.stringMatching(/what was deleted is still on the disk.*vacuum again when it has ended/),
  });
  expect(text()).toContain("session-gone");
  reader.close();
  await store.vacuum();
  expect(text()).not.toContain("session-gone");
  await store.close();
});

test("the newest event leaves a blank, so that its number is not given to another, which goes with the next", async () => {
  const path = newFile();
  const store = sqliteStore(path, relaxed);
  await commit(store, { events: [eventAt(1n), eventAt(2n)] });
  await store.delete("s");
  await store.close();
  expect(rowsOf(path)).toMatchObject({ session: 1, event: 1, hidden: 1 });
  const again = sqliteStore(path, relaxed);
  expect(await again.sessions()).toEqual([]);
  await commit(again, { sessionId: "t", events: [eventAt(1n)] });
  await again.delete("nothing");
  await until(() => rowsOf(path).hidden === 0, "the blank is gone");
  expect(rowsOf(path)).toMatchObject({ session: 1, event: 1 });
  await again.close();
});

/** The commits without events, of sessions that are there or were. */
function movesOf(path: string): unknown {
  const database = openRaw(path, { readonly: true });
  const count = database.value("SELECT count(*) FROM move WHERE session <> 0");
  database.close();
  return count;
}

test("commits without events go with their sessions, also where a row is used again that another program freed", async () => {
  const path = newFile();
  const [here, there] = [sqliteStore(path, relaxed), sqliteStore(path, relaxed)];
  await commit(there, { sessionId: "kept" });
  for (const sessionId of ["s", "t"]) {
    for (let revision = 0; revision < 3; revision++) await commit(here, { sessionId, revision });
  }
  expect(movesOf(path)).toBe(7);
  await Promise.all([here.delete("s"), here.delete("t")]);
  expect(movesOf(path)).toBe(1);
  // It ends the deletions at once.
  await there.vacuum();
  expect(rowsOf(path)).toMatchObject({ session: 1, hidden: 0 });
  for (let revision = 0; revision < 3; revision++) await commit(here, { sessionId: "u", revision });
  await here.delete("u");
  expect(movesOf(path)).toBe(1);
  await Promise.all([here.close(), there.close()]);
});

test("a program that deletes and closes at once tells others which session it was", async () => {
  const path = newFile();
  const watcher = sqliteStore(path, relaxed);
  const told: unknown[] = [];
  watcher.watch((moved) => told.push(moved));
  for (const sessionId of ["s", "t", "u"]) {
    await commit(watcher, { sessionId, events: [eventAt(1n)] });
    const store = sqliteStore(path, relaxed);
    await store.delete(sessionId);
    await store.close();
    await until(() => told.length > 0, "the deletion is told");
    expect(told.splice(0)[0]).toContainEqual({ sessionId, revision: 0 });
  }
  await watcher.close();
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
  expect(rowsOf(path)).toMatchObject({ session: 2, hidden: 1 });
  const again = sqliteStore(path, relaxed);
  expect(await again.session("s")).toBeUndefined();
  await until(() => rowsOf(path).hidden === 0, "the rest is removed");
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

test("what a program left half written is removed, but not while others may still write it", async () => {
  const path = newFile();
  const store = sqliteStore(path, relaxed);
  await commit(store, { sessionId: "t", events: [eventAt(1n)] });
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  async function* parts(): AsyncGenerator<SessionPart> {
    yield { is: "session", session: { metadata: {}, ordinal: 1n, epoch: "e", failedAt: undefined } };
    yield { is: "events", events: [eventAt(1n)] };
    yield { is: "keys", keys: [{ ...keyOf("k"), outcome: { firstOrdinal: 1n, lastOrdinal: 1n } }] };
    await left;
  }
  const written = store.write("s", parts(), { replace: false }).catch((error: unknown) => error);
  await until(() => rowsOf(path).key === 1, "all parts are written");
  await store.close();
  leave();
  expect(await written).toMatchObject({ code: "CLOSED" });
  // Others open the file, and delete: for ten minutes, it may still be written.
  const second = sqliteStore(path, relaxed);
  await second.delete("nothing");
  expect(await second.sessions()).toEqual(["t"]);
  expect(rowsOf(path)).toMatchObject({ session: 2, event: 2, key: 1, hidden: 1 });
  await second.close();
  const database = openRaw(path);
  database.exec("UPDATE hidden SET touched = touched - 600001");
  database.close();
  const third = sqliteStore(path, relaxed);
  await commit(third, { sessionId: "t", revision: 1, events: [eventAt(2n)] });
  await third.delete("nothing");
  await until(() => rowsOf(path).hidden === 0, "what was left is removed");
  expect(rowsOf(path)).toMatchObject({ session: 1, event: 2, key: 0 });
  await third.close();
});

test("the sizes of sessions are those of their rows, a page at a time", async () => {
  const store = sqliteStore(newFile(), relaxed);
  const events = [eventAt(1n), eventAt(2n, { time: 5, payload: new Uint8Array(100) })];
  const runs = [startOf("r", { input: new Uint8Array(10) })];
  await commit(store, { sessionId: "b", events, runs, cursor: 2n, entities: [entityOf("e")], errors: [errorAt(2n)] });
  await commit(store, { sessionId: "a" });
  await commit(store, { sessionId: "c", events });
  await store.delete("c");
  const empty = { events: 0, entities: 0, errors: 0, openRuns: 0, bytes: 0, lastEvent: undefined };
  const full = { events: 2, entities: 1, errors: 1, openRuns: 1, bytes: 7 + 100 + 10 + 8, lastEvent: 5 };
  expect(await store.usage()).toEqual([
    { sessionId: "a", ...empty },
    { sessionId: "b", ...full },
  ]);
  expect(await store.usage({ limit: 1 })).toMatchObject([{ sessionId: "a" }]);
  expect(await store.usage({ after: "a" })).toMatchObject([{ sessionId: "b" }]);
  await store.close();
});

test("a person is forgotten: nothing in the file names them after a vacuum, and all else is as it was", async () => {
  const path = newFile();
  const store = sqliteStore(path, relaxed);
  const of = (identity: string, more = {}) => ({ identity, command: "Say", ...more });
  for (const sessionId of ["s", "t"]) {
    await commit(store, {
      sessionId,
      events: [
        eventAt(1n, { meta: of("ann-7", { cause: 1n }) }),
        eventAt(2n, { meta: of("bob-8") }),
        eventAt(3n),
        eventAt(4n, { meta: of("ann-77") }),
      ],
      keys: [keyOf("k", { space: "c:ann-7" }), keyOf("k", { space: "c:bob-8" })],
      runs: [startOf("r", { startedBy: of("ann-7") }), startOf("q", { startedBy: of("bob-8") })],
    });
  }
  expect(await store.forget("ann-7")).toEqual({ events: 2, runs: 2, keys: 2 });
  expect((await store.events("s")).map(({ meta }) => meta)).toEqual([
    { command: "Say", cause: 1n },
    of("bob-8"),
    undefined,
    of("ann-77"),
  ]);
  expect((await store.runs("t")).map(({ startedBy }) => startedBy)).toEqual([{ command: "Say" }, of("bob-8")]);
  expect(await store.key({ sessionId: "s", space: "c:ann-7", key: "k" })).toBeUndefined();
  expect(await store.key({ sessionId: "s", space: "c:bob-8", key: "k" })).toBeDefined();
  await store.vacuum();
  expect(await store.forget("ann-7")).toEqual({ events: 0, runs: 0, keys: 0 });
  await expect(store.forget("")).rejects.toMatchObject({ code: "INVALID_OPTION" });
  await store.close();
  const text = [path, `${path}-wal`].map((file) => (existsSync(file) ? readFileSync(file, "latin1") : "")).join("");
  expect(text).toMatch(/bob-8/);
  expect(text).not.toMatch(/ann-7(?!7)/);
});

test("a person who was forgotten is not named again by what their open runs store later", async () => {
  const store = sqliteStore(newFile(), relaxed);
  const start = startOf("r", { startedBy: { identity: "ann-7", command: "Say" } });
  await commit(store, { runs: [start] });
  expect(await store.forget("ann-7")).toMatchObject({ runs: 1 });
  // As the process that works on the run has it in memory.
  await commit(store, { revision: 1, runs: [changeOf("r", { ...start.run, failures: 1 })] });
  const [run] = await store.runs("s");
  expect(run).toMatchObject({ failures: 1 });
  expect(run?.startedBy).toEqual({ command: "Say" });
  await store.close();
});
