import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hub } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { commit, entityOf, errorAt, eventAt } from "../../../runtime/src/testing/store/batches.js";
import {
  LabCounterAdded,
  LabNote,
  LabNoteSet,
  LabSweep,
  LabTrace,
  LabWork,
} from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../test/fixtures/lab.js";
import { restore } from "../../../test/releases/sql.js";
import { bin, repository } from "../support/project.js";
import { type Ran, runNode, sessionstream } from "../support/run.js";
import { sessionstreamHere } from "../support/run-here.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sessionstream-db-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

// The real command runs once for each exit code, and where streams or what is loaded count. All else runs here.
const real = (...args: readonly string[]): Ran => sessionstream(folder, ["db", ...args]);
const db = (...args: readonly string[]): Promise<Ran> => sessionstreamHere(folder, ["db", ...args]);
const lines = ({ stdout }: Ran) => stdout.split("\n").filter((line) => line !== "");
const objects = (ran: Ran) => lines(ran).map((line) => JSON.parse(line) as Record<string, unknown>);

/** A database with three sessions, one of which has a failure on record. */
async function fill(name: string): Promise<void> {
  const hub = new Hub({
    features: [
      labOf({
        beforeTimeline: ({ payload }) => {
          if ((payload as { text?: string }).text === "broken") throw new Error("it is broken");
        },
      }),
    ],
    store: sqliteStore(join(folder, name), { synchronous: "normal" }),
    onError: () => {},
    now: () => 1_763_000_000_000,
  });
  for (const id of ["a/1", "a/2"]) await hub.publish(id, LabCounterAdded, { name: id, amount: 7n }, { key: "k" });
  await hub.publish("a/2", LabTrace, { text: "t" });
  await hub.publish("b", LabNoteSet, { number: 1, text: "x".repeat(2000) });
  await hub.publish("b", LabNoteSet, { number: 1, text: "broken" });
  await hub.start("b", LabSweep, {}, { id: "r" });
  await hub.close();
}

beforeEach(async () => {
  rmSync(join(folder, "app.db"), { force: true });
  await fill("app.db");
});

describe("sessionstream db sessions", () => {
  test("lists the sessions with their sizes and activity", () => {
    const { code, stdout, stderr } = real("sessions", "app.db");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.split("\n")).toEqual([
      "SESSION  EVENTS  ENTITIES  OPEN RUNS  ERRORS     SIZE  LAST EVENT",
      "a/1           1         1          0       0     16 B  2025-11-13T02:13:20.000Z",
      "a/2           2         1          0       0     19 B  2025-11-13T02:13:20.000Z",
      "b             2         1          1       1  4.02 kB  2025-11-13T02:13:20.000Z",
      "",
    ]);
  });

  test("in another order, with a prefix, and as JSON", async () => {
    const ids = async (...args: readonly string[]) =>
      objects(await db("sessions", "app.db", "--json", ...args)).map((each) => each.sessionId);
    expect(await ids()).toEqual(["a/1", "a/2", "b"]);
    expect((await ids("--sort", "size"))[0]).toBe("b");
    expect(await ids("--sort", "events")).toEqual(["a/2", "b", "a/1"]);
    expect(await ids("--prefix", "a/")).toEqual(["a/1", "a/2"]);
  });
});

describe("sessionstream db events, timeline and errors", () => {
  test("print what is stored, typed as the database describes it", async () => {
    expect(lines(await db("events", "app.db", "a/2"))).toEqual([
      '1  2025-11-13T02:13:20.000Z  LabCounterAdded  {"name":"a/2","amount":"7"}',
      '2  2025-11-13T02:13:20.000Z  LabTrace  {"text":"t"}',
    ]);
    expect(objects(await db("events", "app.db", "a/2", "--json", "--after", "1"))).toEqual([
      {
        ordinal: "2",
        name: "LabTrace",
        version: 1,
        type: "lab.v1.TraceEvent",
        time: 1_763_000_000_000,
        payload: { text: "t" },
      },
    ]);
    expect(lines(await db("events", "app.db", "a/2", "--limit", "1"))).toHaveLength(1);
    const [entity] = objects(await db("timeline", "app.db", "a/1", "--json"));
    expect(entity).toMatchObject({
      kind: "LabCounter",
      id: "a/1",
      createdOrdinal: "1",
      payload: { $base64: expect.any(String) },
    });
    const stopped = await db("timeline", "app.db", "b");
    expect(stopped.stdout).toMatch(/^LabNote 1 {2}1-1 {2}\{/);
    expect(stopped.stderr).toBe("The timeline stops before event 2, whose projection failed.\n");
  });

  test("say by the exit code whether there are errors", async () => {
    expect(await db("errors", "app.db", "a/1")).toEqual({ code: 0, stdout: "", stderr: "" });
    const all = real("errors", "app.db");
    expect(all).toEqual({
      code: 1,
      stdout: expect.stringMatching(
        /^b {2}2 {2}\S+Z {2}timeline projection of event "LabNoteSet" at ordinal 2 failed: it is broken\n$/,
      ),
      stderr: "",
    });
    expect(objects(await db("errors", "app.db", "b", "--json"))).toMatchObject([{ sessionId: "b", ordinal: "2" }]);
    expect(await db("errors", "app.db", "b", "--after", "2")).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("print a page of the failures of a session", async () => {
    const store = sqliteStore(join(folder, "page.db"));
    const errors = [1n, 2n, 2n, 5n].map((ordinal, index) =>
      errorAt(ordinal, { step: index === 2 ? "ui-projection" : "decode" }),
    );
    await commit(store, { events: [eventAt(1n)], errors });
    await store.close();
    const page = async (...args: readonly string[]) =>
      objects(await db("errors", "page.db", "s", "--json", ...args)).map(({ ordinal }) => ordinal);
    expect(await page("--limit", "2")).toEqual(["1", "2", "2"]);
    expect(await page("--after", "1", "--limit", "1")).toEqual(["2", "2"]);
    expect(await page("--after", "2", "--limit", "9")).toEqual(["5"]);
    expect(await page("--limit", "0")).toEqual([]);
    expect(await db("errors", "page.db", "--limit", "1")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("name it"),
    });
  });
});

test("whoever reads may leave before the end: that is no error on record", async () => {
  const child = spawn(process.execPath, [bin, "db", "errors", "app.db"], { cwd: folder });
  child.stdout.destroy();
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, "close");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("what others wrote can do nothing to a terminal", async () => {
  const file = join(folder, "terminal.db");
  const store = sqliteStore(file);
  const id = "\u001b]0;title\u0007\n\u009b2J\u202e";
  const shown = "\\u001b]0;title\\u0007\\u000a\\u009b2J\\u202e";
  await commit(store, {
    sessionId: id,
    events: [eventAt(1n, { name: id })],
    cursor: 1n,
    entities: [entityOf(id, { kind: id })],
    errors: [errorAt(1n, { message: id })],
  });
  await store.close();
  const said = [
    await db("sessions", "terminal.db"),
    await db("events", "terminal.db", id),
    await db("timeline", "terminal.db", id),
    await db("errors", "terminal.db"),
    await db("events", "terminal.db", `${id}!`),
  ].map(({ stdout, stderr }) => stdout + stderr);
  for (const text of said) {
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
    expect(text).toContain(shown);
  }
  expect(said[0]?.split("\n")[1]).toMatch(/^\S+ +1 +1 /);
  expect(objects(await db("errors", "terminal.db", "--json"))).toMatchObject([{ sessionId: id, message: id }]);
  rmSync(file);
});

test("the command line that a message proposes works for any path", async () => {
  const name = "it's my app.db";
  writeFileSync(join(folder, name), readFileSync(join(folder, "app.db")));
  expect((await db("events", name, "none")).stderr).toContain(
    `"sessionstream db sessions ${process.platform === "win32" ? `"${name}"` : "'it'\\''s my app.db'"}" lists`,
  );
  rmSync(join(folder, name));
});

describe("sessionstream db delete", () => {
  test("deletes sessions, and leaves nothing on the disk where it is asked to", async () => {
    const bytes = () => readFileSync(join(folder, "app.db"), "latin1");
    expect(bytes()).toContain("a/2");
    expect(await db("delete", "app.db", "a/1", "a/2", "--vacuum")).toEqual({
      code: 0,
      stdout: "",
      stderr: "2 sessions are deleted.\n",
    });
    expect(objects(await db("sessions", "app.db", "--json")).map((each) => each.sessionId)).toEqual(["b"]);
    expect(bytes()).not.toContain("a/2");
    expect((await db("vacuum", "app.db")).code).toBe(0);
  });

  test("deletes none where one is not there", async () => {
    const { code, stderr } = await db("delete", "app.db", "a/1", "c");
    expect(code).toBe(2);
    expect(stderr).toBe(
      'sessionstream: "app.db" has no session "c": "sessionstream db sessions app.db" lists those that it has (SESSION_NOT_FOUND)\n',
    );
    expect(objects(await db("sessions", "app.db", "--json"))).toHaveLength(3);
  });
});

describe("sessionstream db redact", () => {
  test("clears fields of events, and leaves nothing of them on the disk where it is asked to", async () => {
    const found = () => /it is broken|x{2000}/.test(readFileSync(join(folder, "app.db"), "latin1"));
    expect(found()).toBe(true);
    expect(await db("redact", "app.db", "b", "--ordinals", "1,2", "--fields", "text", "--yes", "--vacuum")).toEqual({
      code: 0,
      stdout: "",
      stderr: "Cleared in 2 events. The application folds the log again when it next uses the session.\n",
    });
    expect(found()).toBe(false);
    expect(
      objects(await db("events", "app.db", "b", "--json")).map(({ ordinal, payload }) => [ordinal, payload]),
    ).toEqual([
      ["1", { number: 1 }],
      ["2", { number: 1 }],
    ]);
    expect(objects(await db("errors", "app.db", "b", "--json"))).toMatchObject([{ ordinal: "2", message: "redacted" }]);
    const hub = new Hub({ features: [labOf()], store: sqliteStore(join(folder, "app.db")) });
    await hub.retry("b");
    expect((await hub.snapshot("b")).get(LabNote, 1)?.text).toBe("");
    await hub.close();
  });

  test.each([
    [["--ordinals", "1", "--fields", "text"], /this clears text in 1 event for good: .* --yes \(INVALID_OPTION\)/],
    [["--ordinals", "1,x", "--fields", "text", "--yes"], /option --ordinals: got "1,x".*\(INVALID_OPTION\)/],
    [["--ordinals", "1", "--fields", "number,", "--yes"], /\(INVALID_OPTION\)/],
    [["--ordinals", "9", "--fields", "text", "--yes"], /session "b" has no event at ordinal 9 \(INVALID_RANGE\)/],
    [["--ordinals", "1", "--fields", "words", "--yes"], /has no field "words": .*"number", "text" \(UNKNOWN_FIELD\)/],
    [["--ordinals", "1"], /required option '--fields/],
  ])("changes nothing with %s", async (args, message) => {
    const before = (await db("events", "app.db", "b")).stdout;
    expect(await db("redact", "app.db", "b", ...args)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(message),
    });
    expect((await db("events", "app.db", "b")).stdout).toBe(before);
  });
});

describe("sessionstream db forget", () => {
  test("blanks a person, and leaves nothing of them on the disk where it is asked to", async () => {
    const file = join(folder, "people.db");
    const hub = new Hub({
      features: [labOf({ work: ({ publish }) => void publish(LabTrace, {}) })],
      store: sqliteStore(file),
    });
    await hub.submit("s", LabWork, {}, { identity: { id: "person-7" }, key: "k" });
    await hub.close();
    expect(readFileSync(file, "latin1")).toContain("person-7");
    expect(await db("forget", "people.db", "person-7", "--vacuum")).toEqual({
      code: 0,
      stdout: "",
      stderr: "Blanked in 1 events and 0 runs. Deleted 1 keys.\n",
    });
    expect(readFileSync(file, "latin1")).not.toContain("person-7");
    rmSync(file);
  });
});

describe("sessionstream db export and import", () => {
  test("move sessions to another database", async () => {
    expect((await db("export", "app.db", "--out", "all.export")).stderr).toBe("Exported 3 sessions with 5 events.\n");
    rmSync(join(folder, "other.db"), { force: true });
    expect(await db("import", "other.db", "all.export")).toEqual({
      code: 0,
      stdout: "",
      stderr: "Imported 3 sessions with 5 events.\n",
    });
    expect((await db("events", "other.db", "b")).stdout).toBe((await db("events", "app.db", "b")).stdout);
    const again = await db("import", "other.db", "all.export");
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(
      /session "a\/1" is there already: delete it first, or ask to replace it \(SESSION_EXISTS\)/,
    );
    expect((await db("import", "other.db", "all.export", "--replace")).code).toBe(0);
    expect((await db("export", "app.db", "--out", "all.export")).stderr).toMatch(/\(FILE_EXISTS\)/);
    rmSync(join(folder, "all.export"));
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  test("through a pipe", async () => {
    rmSync(join(folder, "piped.db"), { force: true });
    const from = spawn(process.execPath, [bin, "db", "export", "app.db", "--prefix", "a/"], { cwd: folder });
    const to = spawn(process.execPath, [bin, "db", "import", "piped.db", "-"], { cwd: folder });
    from.stdout.pipe(to.stdin);
    expect(await new Promise((resolve) => to.once("close", resolve))).toBe(0);
    expect(objects(await db("sessions", "piped.db", "--json")).map((each) => each.sessionId)).toEqual(["a/1", "a/2"]);
  });

  test("of a damaged file says where, and how far it came", async () => {
    expect((await db("export", "app.db", "--out", "whole.export")).code).toBe(0);
    const whole = readFileSync(join(folder, "whole.export"));
    writeFileSync(join(folder, "cut.export"), whole.subarray(0, whole.length - 200));
    rmSync(join(folder, "cut.db"), { force: true });
    const { code, stderr } = real("import", "cut.db", "cut.export");
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^2 sessions are imported, the rest is not\.\nsessionstream: export, record \d+.*\(INVALID_EXPORT\)\n$/,
    );
    expect(objects(await db("sessions", "cut.db", "--json"))).toHaveLength(2);
    rmSync(join(folder, "whole.export"));
  });
});

test("sessionstream db import makes no database of what is no export", async () => {
  writeFileSync(join(folder, "wrong.export"), "something else");
  rmSync(join(folder, "wrong.db"), { force: true });
  const { code, stderr } = await db("import", "wrong.db", "wrong.export");
  expect(code).toBe(2);
  expect(stderr).toMatch(/^sessionstream: export, record 1: .*\(INVALID_EXPORT\)\n$/);
  expect(readdirSync(folder).filter((name) => name.startsWith("wrong.db"))).toEqual([]);
});

describe("sessionstream db backup", () => {
  test("copies the database to a new file", async () => {
    rmSync(join(folder, "copy.db"), { force: true });
    expect(await db("backup", "app.db", "copy.db")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect((await db("sessions", "copy.db")).stdout).toBe((await db("sessions", "app.db")).stdout);
    expect((await db("backup", "app.db", "copy.db")).stderr).toMatch(
      /there is such a file: name a new one \(FILE_EXISTS\)/,
    );
  });
});

describe("what cannot be done", () => {
  test.each([
    ["a file that is not there", ["sessions", "none.db"], /there is no file "none.db": .*\(PATH_NOT_FOUND\)/],
    ["a folder", ["sessions", "."], /there is no file ".": .*\(PATH_NOT_FOUND\)/],
    ["an export that is a folder", ["import", "app.db", "."], /there is no file ".": .*\(PATH_NOT_FOUND\)/],
    ["an export that is not there", ["import", "app.db", "none"], /there is no file "none": .*\(PATH_NOT_FOUND\)/],
    [
      "an ordinal that is none",
      ["events", "app.db", "b", "--after", "x"],
      /option --after: got "x".*\(INVALID_OPTION\)/,
    ],
    ["an unknown command", ["drop", "app.db"], /unknown command 'drop'|too many arguments/],
  ])("%s: the exit code is 2, and the message says why", async (_, args, message) => {
    const { code, stderr } = await db(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(existsSync(join(folder, "none.db"))).toBe(false);
  });

  test("a file of something else is refused, and stays as it is", async () => {
    writeFileSync(join(folder, "text.db"), "no database".repeat(1000));
    const { code, stderr } = await db("delete", "text.db", "s");
    expect(code).toBe(2);
    expect(stderr).toMatch(/\((STORE_FAILED|STORE_INCOMPATIBLE)\)/);
    expect(readFileSync(join(folder, "text.db"), "utf8")).toBe("no database".repeat(1000));
  });

  test.each([
    ["delete", "s"],
    ["redact", "s", "--ordinals", "1", "--fields", "text", "--yes"],
    ["forget", "ann"],
    ["vacuum"],
    ["import", "old.export"],
  ])("a file that an earlier release wrote, and may have open, stays as it is: %s", async (...args) => {
    const [old, exported] = [join(folder, "old.db"), join(folder, "old.export")];
    rmSync(old, { force: true });
    restore(old, readFileSync(join(repository, "test/releases/0.4.sql"), "utf8"));
    if (!existsSync(exported)) await db("export", "app.db", "--out", "old.export");
    const before = readFileSync(old);
    const [name = "", ...rest] = args;
    const { code, stderr } = await db(name, "old.db", ...rest);
    expect(code).toBe(2);
    expect(stderr).toMatch(/has version \d+, want \d+: open it for writing once.*\(STORE_INCOMPATIBLE\)/);
    expect(readFileSync(old).equals(before)).toBe(true);
  });

  // Newer releases of Node.js have a driver of their own.
  test.skipIf(Number.parseInt(process.versions.node, 10) >= 22)("without the driver, it says what to install", () => {
    // As if better-sqlite3 were not installed.
    const hide = `import { registerHooks, Module } from "node:module";
      const resolve = Module._resolveFilename;
      Module._resolveFilename = (name, ...rest) => {
        if (name === "better-sqlite3") throw new Error("Cannot find module 'better-sqlite3'");
        return resolve.call(Module, name, ...rest);
      };`;
    const hook = `data:text/javascript,${encodeURIComponent(hide.replace("registerHooks, ", ""))}`;
    const { code, stderr } = runNode(folder, ["--import", hook, bin, "db", "sessions", "app.db"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /needs the package better-sqlite3, or Node.js 22.13 or newer: npm install better-sqlite3.*\(DRIVER_MISSING\)/,
    );
  });

  test("help says what there is", async () => {
    const { code, stdout } = await db("--help");
    expect(code).toBe(0);
    for (const name of [
      "sessions",
      "events",
      "timeline",
      "errors",
      "delete",
      "export",
      "import",
      "backup",
      "vacuum",
      "forget",
      "redact",
    ]) {
      expect(stdout).toContain(`  ${name} `);
    }
    expect((await db("export", "--help")).stdout).toContain("--prefix");
  });
});
