import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { basename, dirname } from "node:path";
import { Hub } from "@sessionstream/runtime";
import type { Store } from "@sessionstream/runtime/store";
import { describe, expect, test } from "vitest";
import { LabNoteAppended } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../test/fixtures/lab.js";
import { newFile } from "../../../test/fixtures/stores.js";
import { batchOf, commit, eventAt, nameOf } from "../../src/testing/store/batches.js";
import { openers } from "./drivers.js";

describe.each(openers)("with %s", (_driver, sqliteStore) => {
  const lost = expect.objectContaining({ name: "SessionstreamError", code: "STORE_LOST" });

  /** A store with a session of one event. */
  async function begun(path = newFile()): Promise<{ path: string; store: Store }> {
    const store = sqliteStore(path);
    await commit(store, { events: [eventAt(1n)] });
    return { path, store };
  }

  const second = batchOf({ id: "second", revision: 1, events: [eventAt(2n)] });

  const mishaps: [string, (path: string) => Promise<void> | void][] = [
    ["removed", (path) => rmSync(path)],
    [
      "removed with all that is beside it",
      (path) => {
        for (const end of ["", "-wal", "-shm"]) rmSync(path + end);
      },
    ],
    ["moved away", (path) => renameSync(path, newFile())],
    [
      "replaced by a copy of itself",
      (path) => {
        copyFileSync(path, `${path}.copy`);
        renameSync(`${path}.copy`, path);
      },
    ],
    [
      "replaced by another file of ours, which has a store of its own",
      async (path) => {
        for (const end of ["", "-wal", "-shm"]) rmSync(path + end);
        const other = await begun(path);
        await other.store.close();
      },
    ],
    [
      "replaced by a folder",
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
  ];

  describe.each(mishaps)("a file that was %s while it is open", (_, happen) => {
    test("refuses the next commit, and all that comes after", async () => {
      const { path, store } = await begun();
      await happen(path);
      expect(await store.commit([second, batchOf({ sessionId: "t", events: [eventAt(1n)] })])).toEqual([lost, lost]);
      await expect(store.hasBatch("s", "second")).rejects.toEqual(lost);
      await expect(store.load("s")).rejects.toEqual(lost);
      await expect(store.beat("p")).rejects.toEqual(lost);
      await expect(store.commit([second])).rejects.toEqual(lost);
      await store.close();
    });

    test("refuses the next claim", async () => {
      const { path, store } = await begun();
      await happen(path);
      const claim = { ...nameOf("k"), fingerprint: "f", process: "p", token: "t", time: 1, descriptor: undefined };
      await expect(store.claim([claim])).rejects.toEqual(lost);
      await store.close();
    });
  });

  test("a file that took the place of a lost one keeps all that it has when the store of the lost one is closed", async () => {
    const { path, store } = await begun();
    for (const end of ["", "-wal", "-shm"]) rmSync(path + end);
    const other = await begun(path);
    const wal = readFileSync(`${path}-wal`);
    expect(await store.commit([second])).toEqual([lost]);
    await store.close();
    expect(readFileSync(`${path}-wal`).equals(wal)).toBe(true);
    expect(await other.store.commit([second])).toEqual([undefined]);
    await other.store.close();
    const again = sqliteStore(path);
    expect((await again.session("s"))?.ordinal).toBe(2n);
    await again.close();
  });

  test("the message says which file, and what to do", async () => {
    const { path, store } = await begun();
    rmSync(path);
    const [outcome] = await store.commit([second]);
    expect(outcome?.message).toBe(
      `SQLite file "${path}" was removed or replaced while it is open: nothing more is read or written; ` +
        "put the right file there, and restart the program",
    );
    await store.close();
  });

  test("a publish to a file that was removed rejects, and nobody hears of the event", async () => {
    const path = newFile();
    const heard: unknown[] = [];
    const hub = new Hub({ features: [labOf()], store: sqliteStore(path), onError: () => {} });
    hub.subscribe((batch) => heard.push(batch.ordinal));
    await hub.publish("s", LabNoteAppended, { number: 1, text: "there" });
    rmSync(path);
    const publish = () => hub.publish("s", LabNoteAppended, { number: 1, text: "lost" });
    await expect(Promise.all([publish(), publish()])).rejects.toEqual(lost);
    await expect(publish()).rejects.toEqual(lost);
    await expect(hub.snapshot("other")).rejects.toEqual(lost);
    expect(heard).toEqual([1n]);
    await hub.close();
  });

  test("a path is what it was when the file was opened, whatever folder the process works in later", async () => {
    const path = newFile();
    const before = process.cwd();
    try {
      process.chdir(dirname(path));
      const { store } = await begun(basename(path));
      process.chdir(before);
      expect(await store.commit([second])).toEqual([undefined]);
      rmSync(path);
      expect(await store.commit([batchOf({ revision: 2, events: [eventAt(3n)] })])).toEqual([lost]);
      await store.close();
    } finally {
      process.chdir(before);
    }
  });

  test("a link that leads to another file by now is another file", async () => {
    const [path, link] = [newFile(), newFile()];
    await (await begun(path)).store.close();
    symlinkSync(path, link);
    const store = sqliteStore(link);
    expect(await store.commit([second])).toEqual([undefined]);
    unlinkSync(link);
    copyFileSync(path, `${path}.copy`);
    symlinkSync(`${path}.copy`, link);
    expect(await store.commit([batchOf({ revision: 2, events: [eventAt(3n)] })])).toEqual([lost]);
    await store.close();
  });
});
