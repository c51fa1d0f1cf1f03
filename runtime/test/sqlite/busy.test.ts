import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openRaw } from "../../../test/fixtures/raw-database.js";
import { newFile } from "../../../test/fixtures/stores.js";
import type { Driver } from "../../src/sqlite/driver/driver.js";
import { openStore } from "../../src/sqlite/sqlite-store.js";
import { batchOf, eventAt } from "../../src/testing/store/batches.js";
import { openers } from "./drivers.js";

describe.each(openers)("with %s", (_name, sqliteStore, driver) => {
  const claim = (token: string) => ({
    ...{ sessionId: "s", space: "a", key: token, fingerprint: "f", time: 1, process: "p", token },
    descriptor: undefined,
  });

  const batch = (sessionId: string) => batchOf({ sessionId, events: [eventAt(1n)], cursor: 1n });

  test("while another process writes, all that is written waits and holds nothing, and what is read does not wait", async () => {
    const path = newFile();
    const store = sqliteStore(path);
    const other = openRaw(path);
    other.exec("BEGIN IMMEDIATE");
    const written = Promise.all([
      store.commit([batch("s"), batch("t")]),
      store.claim([claim("t1"), claim("t2")]),
      store.beat("p"),
      store.releaseRuns("p"),
      store.forgetRuns(1),
      store.bury({ process: "q", beat: 1 }),
    ]);
    let isWritten = false;
    written.then(() => {
      isWritten = true;
    });
    // Whoever held the event loop until the file is free would never come to the end of this.
    const end = performance.now() + 200;
    for (let turns = 0; turns < 20 || performance.now() < end; turns++) {
      expect(await store.session("s")).toBeUndefined();
      await sleep(1);
    }
    expect(await store.freeRuns({ names: ["R"], now: 1, limit: 1 })).toEqual([]);
    expect(isWritten).toBe(false);
    other.exec("COMMIT");
    const free = expect.objectContaining({ taken: undefined });
    expect(await written).toEqual([
      [undefined, undefined],
      [free, free],
      expect.any(Boolean),
      undefined,
      undefined,
      undefined,
    ]);
    expect((await store.sessions()).length).toBe(2);
    other.close();
    await store.close();
  });

  test("what need not wait for the disk leaves commits waiting for it", async () => {
    const levels: string[] = [];
    let isNoted = false;
    const noting: Driver = {
      ...driver,
      open(...given) {
        const database = driver.open(...given);
        const exec = database.exec.bind(database);
        database.exec = (sql) => {
          if (isNoted) levels.push(sql);
          return exec(sql);
        };
        return database;
      },
    };
    const store = openStore(newFile(), {}, noting);
    isNoted = true;
    await Promise.all([
      ...[store.claim([claim("t1")]), store.commit([batch("s")]), store.beat("p"), store.leave("p")],
      ...[
        store.releaseRuns("p"),
        store.forgetRuns(1),
        store.bury({ process: "p", beat: 1 }),
        store.commit([batch("t")]),
      ],
    ]);
    isNoted = false;
    const relaxed = ["PRAGMA synchronous = NORMAL", "PRAGMA synchronous = FULL"];
    // Each of the six that is not a commit.
    expect(levels).toEqual(Array.from({ length: 6 }, () => relaxed).flat());
    await store.close();
  });
});
