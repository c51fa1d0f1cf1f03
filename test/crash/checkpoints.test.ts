import { spawnSync } from "node:child_process";
import { type SqliteStore, sqliteStore } from "@sessionstream/runtime/sqlite";
import { expect, test } from "vitest";
import { openRaw } from "../fixtures/raw-database.js";
import { scriptOf } from "../fixtures/script.js";
import { newFile } from "../fixtures/stores.js";

// A process that is killed while it writes checkpoints, or while they are removed, leaves each whole or not at all.

/** What is to be found once steps are done, by their lines: the entities at each ordinal from 1 to 9. */
const expected: readonly (readonly [line: string | undefined, found: string])[] = [
  [undefined, "- - - - - - - - -"],
  ["first 2", "- abc222 abc222 abc222 abc222 abc222 abc222 abc222 abc222"],
  ["first 4", "- abc222 abc222 abc422 abc422 abc422 abc422 abc422 abc422"],
  ["first 6", "- abc222 abc222 abc422 abc422 abc662 abc662 abc662 abc662"],
  ["replaced", "- - - - - - - - -"],
  ["second 3", "- - de33 de33 de33 de33 de33 de33 de33"],
  ["closed", "- - de33 de33 de33 de33 de33 de33 de33"],
];

test("killed at any step, the file has what was there before the step or after it, and takes others", async () => {
  let kills = 0;
  for (let step = 1; ; step += 3) {
    const file = newFile();
    const child = spawnSync(process.execPath, [scriptOf("crash/checkpoint-child"), file, String(step)], {
      encoding: "utf8",
    });
    expect(child.stderr).toBe("");
    const done = child.stdout.split("\n").at(-2);
    await check(file, done);
    if (child.signal === null) {
      expect(done).toBe("closed");
      break;
    }
    expect(child.signal).toBe("SIGKILL");
    kills++;
  }
  expect(kills).toBeGreaterThan(8);
}, 60_000);

async function check(file: string, done: string | undefined): Promise<void> {
  const at = expected.findIndex(([line]) => line === done);
  const store = sqliteStore(file);
  const found = await all(store);
  // What was under way may be done.
  expect([expected[at]?.[1], expected[at + 1]?.[1]]).toContain(found);
  // As if a minute had gone by, after which what was left half is taken for abandoned.
  const raw = openRaw(file);
  raw.exec("UPDATE checkpoint SET touched = touched - 61000 WHERE touched > 0");
  raw.close();
  const { epoch = "" } = (await store.session("s")) ?? {};
  const newest = (await store.readCheckpoint("s", 9n))?.checkpoint.ordinal ?? 0n;
  async function* parts() {
    yield [];
  }
  const given = { ordinal: 9n, epoch, after: newest, isFull: newest === 0n };
  expect(await store.writeCheckpoint("s", given, parts())).toMatchObject({ ordinal: 9n });
  expect((await all(store)).split(" ").slice(0, -1)).toEqual(found.split(" ").slice(0, -1));
  await store.close();
  const left = openRaw(file);
  // None is half, and no entity is of none.
  expect(left.rows("SELECT id FROM checkpoint WHERE touched IS NOT NULL")).toEqual([]);
  expect(left.rows("SELECT 1 FROM checkpoint_entity WHERE checkpoint NOT IN (SELECT id FROM checkpoint)")).toEqual([]);
  left.close();
}

/** The entities at each ordinal, as their ids and then the ordinals at which each was last changed. */
async function all(store: SqliteStore): Promise<string> {
  const found: string[] = [];
  for (let ordinal = 1n; ordinal <= 9n; ordinal++) {
    const past = await store.readCheckpoint("s", ordinal);
    const entities = [...(past?.entities ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1));
    const [ids, last] = [entities.map(({ id }) => id), entities.map(({ lastEventOrdinal }) => lastEventOrdinal)];
    found.push(past === undefined ? "-" : [...ids, ...last].join(""));
  }
  return found.join(" ");
}
