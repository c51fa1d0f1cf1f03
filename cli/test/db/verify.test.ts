import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hub } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { LabCounterAdded, LabNoteSet, LabTrace } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../test/fixtures/lab.js";
import { openRaw } from "../../../test/fixtures/raw-database.js";
import { type Ran, sessionstream } from "../support/run.js";
import { sessionstreamHere } from "../support/run-here.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sessionstream-verify-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const program = join(import.meta.dirname, "programs/lab.mjs");
// The real command runs where a module of an application is loaded. All else runs here.
const real = (...args: readonly string[]): Ran => sessionstream(folder, ["db", ...args]);
const db = (...args: readonly string[]): Promise<Ran> => sessionstreamHere(folder, ["db", ...args]);
const lines = ({ stdout }: Ran) => stdout.split("\n").filter((line) => line !== "");
const objects = (ran: Ran) => lines(ran).map((line) => JSON.parse(line) as Record<string, unknown>);

beforeEach(async () => {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(join(folder, `app.db${suffix}`), { force: true });
  const hub = new Hub({ features: [labOf()], store: sqliteStore(join(folder, "app.db"), { synchronous: "normal" }) });
  for (const amount of [3n, 4n]) await hub.publish("counts", LabCounterAdded, { name: "c", amount });
  await hub.publish("counts", LabTrace, { text: "t" });
  for (const number of [1, 2, 3]) await hub.publish("notes", LabNoteSet, { number, text: `note ${number}` });
  await hub.close();
});

/** Does to the database what no program of ours does. */
function damage(sql: string): void {
  const database = openRaw(join(folder, "app.db"));
  database.exec(`PRAGMA foreign_keys = OFF; ${sql}`);
  database.close();
}

const notes = "(SELECT id FROM session WHERE session_id = 'notes')";

describe("sessionstream db verify", () => {
  test("says where all is well that it is, with the projections and without", async () => {
    expect(await db("verify", "app.db")).toEqual({
      code: 0,
      stdout: "",
      stderr: "Verified 2 sessions, without the projections of a program: 0 findings.\n",
    });
    expect(real("verify", "app.db", "--program", program)).toEqual({
      code: 0,
      stdout: "",
      stderr: "Verified 2 sessions: 0 findings.\n",
    });
    expect((await db("verify", "app.db", "notes", "--program", program)).stderr).toBe(
      "Verified 1 session: 0 findings.\n",
    );
  });

  test("changes nothing", async () => {
    const before = readFileSync(join(folder, "app.db"));
    expect((await db("verify", "app.db", "--program", program)).code).toBe(0);
    expect(readFileSync(join(folder, "app.db")).equals(before)).toBe(true);
  });

  test("names the entities that are not as the fold has them", async () => {
    damage(`
      DELETE FROM entity WHERE session = ${notes} AND id = '1';
      UPDATE entity SET payload = x'0802120378797a' WHERE session = ${notes} AND id = '2';
      INSERT INTO entity (session, kind, id, created_ordinal, position, last_event_ordinal, type, payload)
        VALUES (${notes}, 'LabNote', '9', 3, 1, 3, 'lab.v1.NoteEntity', x'0809');`);
    expect((await db("verify", "app.db")).code).toBe(0);
    const verified = await db("verify", "app.db", "--program", program);
    expect([verified.code, verified.stderr]).toEqual([1, "Verified 2 sessions: 3 findings.\n"]);
    expect(lines(verified).sort()).toEqual([
      "notes  LabNote 1 is not stored, though the fold of the log has it",
      "notes  LabNote 2 is not as the fold of the log has it",
      "notes  LabNote 9 is stored, and the fold of the log has no such entity",
    ]);
    const found = objects(await db("verify", "app.db", "notes", "--program", program, "--json"));
    expect(found.map(({ sessionId, kind, id, change }) => `${sessionId} ${kind} ${id} ${change}`).sort()).toEqual([
      "notes LabNote 1 missing",
      "notes LabNote 2 changed",
      "notes LabNote 9 added",
    ]);
    expect((await db("verify", "app.db", "counts", "--program", program)).code).toBe(0);
  });

  test("names events that the projections cannot fold, where the timeline differs", async () => {
    damage(`UPDATE event SET payload = x'0802120662726f6b656e' WHERE session = ${notes} AND ordinal = 2;`);
    expect(lines(await db("verify", "app.db", "notes", "--program", program))).toEqual([
      "notes  LabNote 2 is stored, and the fold of the log has no such entity",
      expect.stringMatching(/^notes {2}event 2 was skipped: .*it is broken$/),
    ]);
  });

  test.each([
    [
      "a hole",
      `DELETE FROM event WHERE session = ${notes} AND ordinal = 2`,
      ["event 3 follows event 2, but the event before it in the log is 1"],
    ],
    [
      "a payload that is not of its schema",
      `UPDATE event SET payload = x'ff' WHERE session = ${notes} AND ordinal = 2`,
      ['event 2, "LabNoteSet" of version 1, cannot be read by the schema that is stored for it'],
    ],
    [
      "a schema that is gone",
      "DELETE FROM descriptor WHERE name = 'LabNoteSet'",
      [1, 2, 3].map(
        (at) => `event ${at}, "LabNoteSet" of version 1, cannot be read by the schema that is stored for it`,
      ),
    ],
    [
      "an end that is not there",
      `UPDATE session SET ordinal = 7 WHERE id = ${notes}`,
      ["the log ends at event 3, but the session says that it ends at 7"],
    ],
    [
      "a cursor beyond the log",
      `UPDATE session SET cursor = 9 WHERE id = ${notes}`,
      ["the timeline is said to contain event 9, but the log ends at 3"],
    ],
    [
      "a failure that never was",
      `UPDATE session SET failed_at = 8 WHERE id = ${notes}`,
      ["the timeline is said to stop before event 8, which the log does not have"],
    ],
    [
      "an entity of the future",
      `UPDATE entity SET last_event_ordinal = 8 WHERE session = ${notes} AND id = '3'`,
      ["LabNote 3 is said to be of the events 3 to 8, but the timeline is of those up to 3"],
    ],
  ])("finds %s", async (_, sql, found) => {
    damage(sql);
    const { code, stdout } = await db("verify", "app.db");
    expect([code, stdout]).toEqual([1, found.map((each) => `notes  ${each}\n`).join("")]);
  });

  test("finds rows of sessions that are not there", async () => {
    damage(`DELETE FROM session WHERE id = ${notes}`);
    const { code, stdout } = await db("verify", "app.db");
    expect(code).toBe(1);
    expect(stdout.split("\n").sort()).toEqual([
      "",
      "3 rows of entity are of sessions that are not there",
      "3 rows of event are of sessions that are not there",
    ]);
  });

  test("finds damage of the file", async () => {
    const file = join(folder, "app.db");
    const database = openRaw(file, { readonly: true });
    const page = Number(database.value("SELECT rootpage FROM sqlite_schema WHERE name = 'entities_by_id'"));
    const size = Number(database.value("PRAGMA page_size"));
    database.close();
    // The index says another kind than the row.
    const bytes = readFileSync(file);
    bytes.write("LabNope", bytes.indexOf("LabNote", (page - 1) * size));
    writeFileSync(file, bytes);
    const { code, stdout } = await db("verify", "app.db");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^row \d+ missing from index entities_by_id$/m);
  });
});

describe("sessionstream db timeline with a program", () => {
  test("folds the log up to an event", async () => {
    expect(real("timeline", "app.db", "counts", "--program", program, "--as-of", "1")).toEqual({
      code: 0,
      stdout: 'LabCounter c  1-1  {"name":"c","total":"3","times":1}\n',
      stderr: "",
    });
    expect(lines(await db("timeline", "app.db", "counts", "--program", program))).toEqual([
      'LabCounter c  1-2  {"name":"c","total":"7","times":2}',
    ]);
    expect(objects(await db("timeline", "app.db", "notes", "--program", program, "--as-of", "2", "--json"))).toEqual(
      [1, 2].map((number) => ({
        kind: "LabNote",
        id: String(number),
        createdOrdinal: String(number),
        position: 0,
        lastEventOrdinal: String(number),
        type: "lab.v1.NoteEntity",
        payload: { number, text: `note ${number}` },
      })),
    );
    expect((await db("timeline", "app.db", "counts", "--program", program, "--as-of", "9")).stderr).toBe(
      "The log ends at event 3.\n",
    );
    expect((await db("timeline", "app.db", "counts", "--program", program, "--as-of", "0")).stdout).toBe("");
  });

  test.each([
    ["no program", ["--as-of", "1"], /option --as-of: .* name a module of it with --program \(INVALID_OPTION\)/],
    ["an ordinal that is none", ["--as-of", "x"], /option --as-of: got "x".*\(INVALID_OPTION\)/],
    ["a program that is not there", ["--program", "none.mjs"], /there is no file "none.mjs".*\(PATH_NOT_FOUND\)/],
    [
      "a module without features",
      ["--program", "empty.mjs"],
      /"empty.mjs" does not export `features`.*\(INVALID_PROGRAM\)/,
    ],
    ["a module that throws", ["--program", "throws.mjs"], /"throws.mjs" cannot be loaded: at once \(INVALID_PROGRAM\)/],
    ["TypeScript", ["--program", "code.mts"], /"code.mts" cannot be loaded: name the JavaScript .*\(INVALID_PROGRAM\)/],
    [
      "a module without the runtime",
      ["--program", "alone.mjs"],
      /"alone.mjs" is in no project .*\(RUNTIME_NOT_RESOLVED\)/,
    ],
  ])("refuses %s", async (_, args, message) => {
    writeFileSync(join(folder, "empty.mjs"), "export const feature = {};");
    writeFileSync(join(folder, "throws.mjs"), 'throw new Error("at once");');
    writeFileSync(join(folder, "code.mts"), "export const features: number = ;");
    writeFileSync(join(folder, "alone.mjs"), 'export const features = [{ desc: { kind: "feature" } }];');
    expect(await db("timeline", "app.db", "counts", ...args)).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(message),
    });
  });
});
