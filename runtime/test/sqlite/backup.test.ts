import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type BackupProgress, sqliteStore } from "@sessionstream/runtime/sqlite";
import { describe, expect, test } from "vitest";
import { newFile } from "../../../test/fixtures/stores.js";
import { loadDriver } from "../../src/sqlite/driver/load-driver.js";
import { commit, entityOf, eventAt, everything, startOf } from "../../src/testing/store/batches.js";

const relaxed = { synchronous: "normal" } as const;

/** What a backup left beside its file. */
function partsOf(path: string): string[] {
  return readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)) && name.endsWith(".partial"));
}

describe("a backup", () => {
  test("has all that was there at one instant, whatever is written meanwhile, by this process and by others", async () => {
    const [path, copy] = [newFile(), newFile()];
    const store = sqliteStore(path, relaxed);
    const other = sqliteStore(path, relaxed);
    const payload = new Uint8Array(4000).fill(7);
    await commit(store, {
      events: Array.from({ length: 3000 }, (_, index) => eventAt(BigInt(index + 1), { payload })),
      entities: [entityOf("a")],
      cursor: 3000n,
      runs: [startOf("r")],
    });
    const before = await everything(store);
    const progress: BackupProgress[] = [];
    let revision = 1;
    let isOver = false;
    const writing = (async () => {
      for (; !isOver; revision += 2) {
        await commit(store, { revision, cursor: 3000n, events: [eventAt(3000n + BigInt(revision), { payload })] });
        await commit(other, {
          revision: revision + 1,
          cursor: 3000n,
          events: [eventAt(3001n + BigInt(revision), { payload })],
        });
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const first = await store.backup(copy, { onProgress: (each) => progress.push(each) }).finally(() => {
      isOver = true;
    });
    expect(first).toBeUndefined();
    await writing;
    // Releases of node:sqlite without a backup of their own copy all in one piece.
    const steps = loadDriver().backup === undefined ? 1 : 5;
    expect(revision).toBeGreaterThan(steps);
    expect(progress.length).toBeGreaterThan(steps);
    expect(progress.at(-1)).toEqual({ pages: progress.at(-1)?.of, of: progress.at(-1)?.of });
    expect(partsOf(copy)).toEqual([]);
    const copied = sqliteStore(copy);
    const { ordinal = 0n, revision: at = 0 } = (await copied.session("s")) ?? {};
    // All commits up to one, and nothing after it.
    expect(ordinal).toBe(2999n + BigInt(at));
    expect((await copied.events("s", { limit: 100_000 })).length).toBe(Number(ordinal));
    expect(await everything(copied)).toMatchObject({ runs: (before as { runs: unknown }).runs });
    await commit(copied, { revision: at, cursor: 3000n, events: [eventAt(ordinal + 1n)] });
    await Promise.all([store.close(), other.close(), copied.close()]);
  });

  test("of a database in memory, too", async () => {
    const copy = newFile();
    const store = sqliteStore(":memory:");
    await commit(store, { events: [eventAt(1n)] });
    await store.backup(copy);
    const copied = sqliteStore(copy, { readonly: true });
    expect(await everything(copied)).toEqual(await everything(store));
    await Promise.all([store.close(), copied.close()]);
  });

  test("replaces no file, also none that comes while it goes on", async () => {
    const store = sqliteStore(newFile(), relaxed);
    await commit(store, { events: [eventAt(1n)] });
    const taken = newFile();
    writeFileSync(taken, "mine");
    await expect(store.backup(taken)).rejects.toMatchObject({ code: "FILE_EXISTS" });
    const late = newFile();
    const onProgress = () => writeFileSync(late, "mine");
    await expect(store.backup(late, { onProgress })).rejects.toMatchObject({ code: "FILE_EXISTS" });
    for (const path of [taken, late]) {
      expect(readFileSync(path, "utf8")).toBe("mine");
      expect(partsOf(path)).toEqual([]);
    }
    await store.close();
  });

  test("says what is wrong, and leaves nothing", async () => {
    const store = sqliteStore(newFile(), relaxed);
    await commit(store, { events: [eventAt(1n)] });
    const nowhere = join(newFile(), "backup.db");
    await expect(store.backup(nowhere)).rejects.toMatchObject({ code: "STORE_FAILED", message: /cannot back up to/ });
    await expect(store.backup("")).rejects.toMatchObject({ code: "INVALID_OPTION" });
    const stopped = newFile();
    const onProgress = () => {
      throw new Error("enough");
    };
    await expect(store.backup(stopped, { onProgress })).rejects.toThrow("enough");
    expect([existsSync(stopped), partsOf(stopped)]).toEqual([false, []]);
    await store.close();
    await expect(store.backup(newFile())).rejects.toMatchObject({ code: "CLOSED" });
  });
});
