import { afterEach, describe, expect, test, vi } from "vitest";
import { openRaw } from "../../../test/fixtures/raw-database.js";
import { newFile } from "../../../test/fixtures/stores.js";
import { until } from "../../../test/fixtures/until.js";
import { commit, entityOf, eventAt } from "../../src/testing/store/batches.js";
import { openers } from "./drivers.js";

describe.each(openers)("checkpoints in a file, with %s", (_driver, sqliteStore) => {
  const given = { ordinal: 1n, epoch: "first", after: 0n, isFull: true };

  function rows(path: string): { checkpoints: number; entities: number } {
    const database = openRaw(path, { readonly: true });
    const count = (table: string) => Number(database.rows(`SELECT count(*) AS n FROM ${table}`)[0]?.n);
    const counted = { checkpoints: count("checkpoint"), entities: count("checkpoint_entity") };
    database.close();
    return counted;
  }

  async function* many(howMany: number) {
    for (let part = 0; part < howMany; part++) yield Array.from({ length: 300 }, (_, i) => entityOf(`e${part}-${i}`));
  }

  /** Writes one, and is killed in the middle of it. */
  async function half(path: string): Promise<void> {
    const store = sqliteStore(path);
    await commit(store, { events: [eventAt(1n), eventAt(2n)], cursor: 2n });
    await store.close();
    const database = openRaw(path);
    database.exec(
      `INSERT INTO checkpoint (session, ordinal, base, bytes, base_bytes, added_bytes, touched)
         VALUES (1, 1, 0, 0, 0, 0, ${Date.now()});
       INSERT INTO checkpoint_entity VALUES (1, 'Note', 'half', 1, 0, 1, 'x.Note', x'00')`,
    );
    database.close();
  }

  afterEach(() => vi.useRealTimers());

  test("those of a timeline that was replaced leave the file, with what they had", async () => {
    const path = newFile();
    const store = sqliteStore(path);
    await commit(store, { events: [eventAt(1n)], cursor: 1n });
    await store.writeCheckpoint("s", given, many(4));
    expect(rows(path)).toEqual({ checkpoints: 1, entities: 1200 });
    await commit(store, { revision: 1, cursor: 1n, newEpoch: "second", replaceTimeline: true });
    await until(() => rows(path).entities === 0 && rows(path).checkpoints === 0, "they are gone");
    await store.close();
  });

  test("what a vacuum finds of them is gone when it is over", async () => {
    const path = newFile();
    const store = sqliteStore(path);
    await commit(store, { events: [eventAt(1n)], cursor: 1n });
    await store.writeCheckpoint("s", given, many(4));
    await commit(store, { revision: 1, cursor: 1n, newEpoch: "second", replaceTimeline: true });
    await store.vacuum();
    expect(rows(path)).toEqual({ checkpoints: 0, entities: 0 });
    await store.close();
  });

  test("those of a deleted session leave the file, half written or whole", async () => {
    const path = newFile();
    await half(path);
    const store = sqliteStore(path);
    await commit(store, { sessionId: "t", events: [eventAt(1n)], cursor: 1n });
    await store.writeCheckpoint("t", given, many(2));
    await store.delete("s");
    await store.delete("t");
    expect(rows(path)).toEqual({ checkpoints: 0, entities: 0 });
    await store.close();
  });

  test("one that a process left half is never read, keeps others back for a minute, and is then removed", async () => {
    const path = newFile();
    await half(path);
    vi.useFakeTimers({ toFake: ["Date"] });
    const store = sqliteStore(path);
    expect([await store.readCheckpoint("s", 9n), (await store.load("s"))?.checkpoint]).toEqual([undefined, undefined]);
    expect(await store.writeCheckpoint("s", given, many(1))).toBeUndefined();
    vi.setSystemTime(Date.now() + 61_000);
    expect(await store.writeCheckpoint("s", given, many(1))).toMatchObject({ ordinal: 1n });
    expect((await store.readCheckpoint("s", 9n))?.entities.map(({ id }) => id)).not.toContain("half");
    expect(rows(path)).toEqual({ checkpoints: 1, entities: 300 });
    await store.close();
  });

  test("whoever stalls for longer finds that it was taken for abandoned, and spoils nothing", async () => {
    const path = newFile();
    vi.useFakeTimers({ toFake: ["Date"] });
    const [store, other] = [sqliteStore(path), sqliteStore(path)];
    await commit(store, { events: [eventAt(1n)], cursor: 1n });
    async function* slow() {
      yield [entityOf("a")];
      vi.setSystemTime(Date.now() + 61_000);
      await other.writeCheckpoint("s", given, many(1));
      yield [entityOf("b")];
    }
    expect(await store.writeCheckpoint("s", given, slow())).toMatchObject({ ordinal: 1n });
    const ids = (await store.readCheckpoint("s", 1n))?.entities.map(({ id }) => id);
    expect(ids).toHaveLength(300);
    expect(ids).not.toContain("a");
    await store.close();
    await other.close();
  });

  test("one that SQLite fails to write leaves nothing, is no harm to commits, and can be made again", async () => {
    const path = newFile();
    const store = sqliteStore(path);
    await commit(store, { events: [eventAt(1n)], cursor: 1n });
    const database = openRaw(path);
    database.exec(
      `CREATE TRIGGER full BEFORE INSERT ON checkpoint_entity WHEN new.id = 'e1-7'
       BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`,
    );
    await expect(store.writeCheckpoint("s", given, many(3))).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining("the disk is full"),
    });
    expect(await store.readCheckpoint("s", 9n)).toBeUndefined();
    await commit(store, { revision: 1, events: [eventAt(2n)], cursor: 2n });
    database.exec("DROP TRIGGER full");
    database.close();
    expect(await store.writeCheckpoint("s", given, many(3))).toMatchObject({ ordinal: 1n });
    expect(rows(path)).toEqual({ checkpoints: 1, entities: 900 });
    await store.close();
  });

  test("a store that closes leaves no half of one", async () => {
    const path = newFile();
    const store = sqliteStore(path);
    await commit(store, { events: [eventAt(1n)], cursor: 1n });
    let closed: Promise<void> | undefined;
    async function* parts() {
      yield [entityOf("a")];
      closed = store.close();
      yield [entityOf("b")];
    }
    await expect(store.writeCheckpoint("s", given, parts())).rejects.toMatchObject({ code: "CLOSED" });
    await closed;
    const again = sqliteStore(path);
    expect(await again.writeCheckpoint("s", given, many(1))).toMatchObject({ ordinal: 1n });
    await again.close();
    expect(rows(path)).toEqual({ checkpoints: 1, entities: 300 });
  });

  test("a file that is only read keeps none, and is read", async () => {
    const path = newFile();
    const store = sqliteStore(path);
    await commit(store, { events: [eventAt(1n), eventAt(2n)], cursor: 2n });
    await store.writeCheckpoint("s", given, many(1));
    await store.close();
    const reader = sqliteStore(path, { readonly: true });
    expect((await reader.readCheckpoint("s", 2n))?.entities).toHaveLength(300);
    expect(await reader.writeCheckpoint("s", { ...given, ordinal: 2n, after: 1n }, many(1))).toBeUndefined();
    await reader.close();
  });

  test("their payloads count in what a session takes", async () => {
    const store = sqliteStore(newFile());
    await commit(store, { events: [eventAt(1n)], cursor: 1n });
    const [before] = await store.usage();
    async function* parts() {
      yield [entityOf("a", { payload: new Uint8Array(5000) })];
    }
    await store.writeCheckpoint("s", given, parts());
    const [after] = await store.usage();
    expect((after?.bytes ?? 0) - (before?.bytes ?? 0)).toBe(5000);
    await store.close();
  });
});
