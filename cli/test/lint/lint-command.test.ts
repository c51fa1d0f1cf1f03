import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeProject, removeProject, repository, writeFiles } from "../support/project.js";
import { type Ran, sessionstream } from "../support/run.js";
import { sessionstreamHere } from "../support/run-here.js";

const code = `import type { Snapshot } from "@sessionstream/runtime";
export function at(snapshot: Snapshot): number {
\treturn Number(snapshot.ordinal); // as many as there are
}
`;

const job = (body: string): string => `syntax = "proto3";
package job.v1;

import "google/protobuf/struct.proto";
import "sessionstream/v1/options.proto";

option (sessionstream.v1.feature) = {name: "Job"};

${body}
`;

const genericEvent = `message RanEvent {
  option (sessionstream.v1.event) = {};
  google.protobuf.Struct data = 1;
}`;

// The real command runs once for each exit code, and with TypeScript in lazy-loading.test.ts. All else runs here.
let folder = "";
beforeAll(() => {
  folder = makeProject({ "src/at.ts": code, "src/unused.ts": "export const unused = 1;" });
});
afterAll(() => removeProject(folder));

/** Runs with files that are there for this run only. */
async function lintWith(
  files: Readonly<Record<string, string>>,
  args: readonly string[],
  cwd = folder,
  command: (cwd: string, args: readonly string[]) => Ran | Promise<Ran> = sessionstreamHere,
): Promise<Ran> {
  writeFiles(folder, files);
  try {
    return await command(cwd, ["lint", ...args]);
  } finally {
    for (const path of Object.keys(files)) rmSync(join(folder, path));
  }
}

test("findings are printed with their lines, in both languages, with paths to open, and exit with 1", async () => {
  const { code, stdout } = await lintWith({ "proto/job/v1/job.proto": job(genericEvent) }, [], join(folder, "src"));
  expect(code).toBe(1);
  expect(stdout).toMatchInlineSnapshot(`
    "../proto/job/v1/job.proto:10:10: event payload job.v1.RanEvent holds only google.protobuf.Struct, in "data", which has no schema: give it the fields that it carries (SESSIONSTREAM_PAYLOAD_CONCRETE)
      10 |   option (sessionstream.v1.event) = {};
         |          ^

    at.ts:3:9: Snapshot.ordinal is turned into a number, which is wrong above 2^53: keep the bigint, or use String() for JSON (SESSIONSTREAM_TS_ORDINAL_BIGINT)
      3 |     return Number(snapshot.ordinal); // as many as there are
        |            ^^^^^^^^^^^^^^^^^^^^^^^^

    2 findings in 2 files (checked 5 proto files, 2 TypeScript files)
    "
  `);
});

test("a retired event is a name that logs still have, and no other name is", async () => {
  const proto = job("").replace('name: "Job"', 'name: "Job" retired: ["JobRan"]');
  const old = `import type { BackendEvent } from "@sessionstream/runtime";
export const wasRun = ({ name }: BackendEvent) => name === "JobRan" || name === "JobRant";
`;
  const { stdout } = await lintWith({ "proto/job/v1/job.proto": proto, "src/old.ts": old }, ["src/old.ts"]);
  expect(stdout.match(/^src.*$/gm)).toEqual([
    'src/old.ts:2:81: no event is named "JobRant": did you mean "JobRan"? (SESSIONSTREAM_TS_NAME_KNOWN)',
  ]);
});

test("positions after tabs point at the same place in the frame", async () => {
  const tabbed = job(genericEvent.replace("  option", "\toption"));
  const { code, stdout } = await lintWith(
    { "proto/job/v1/job.proto": tabbed },
    ["--no-typescript"],
    folder,
    sessionstream,
  );
  expect(code).toBe(1);
  const [, source = "", carets = ""] = stdout.split("\n");
  expect(source.indexOf("(sessionstream")).toBe(carets.indexOf("^"));
  expect(source).not.toContain("\t");
});

test("JSON has the documented shape", async () => {
  const { code, stdout } = await sessionstreamHere(folder, ["lint", "--format", "json", "src/at.ts"]);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    version: 1,
    findings: [
      {
        ruleId: "SESSIONSTREAM_TS_ORDINAL_BIGINT",
        message: expect.stringContaining("Snapshot.ordinal is turned into a number"),
        path: "src/at.ts",
        line: 3,
        column: 9,
        endLine: 3,
        endColumn: 33,
        related: [],
      },
    ],
    checked: { proto: 0, typescript: 1 },
  });
});

test("JSON of proto findings names the other places that they are about", async () => {
  const twice = job(`message AEvent { option (sessionstream.v1.event) = {name: "Same"}; string a = 1; }
message BEvent { option (sessionstream.v1.event) = {name: "Same"}; string a = 1; }`);
  const { stdout } = await lintWith({ "proto/job/v1/job.proto": twice }, ["--format=json", "--no-typescript"]);
  const { findings } = JSON.parse(stdout) as { findings: { line: number; related: unknown[]; message: string }[] };
  expect(findings.map(({ line, related }) => ({ line, related }))).toEqual([
    { line: 9, related: [{ path: "proto/job/v1/job.proto", line: 10, column: 53 }] },
    { line: 10, related: [{ path: "proto/job/v1/job.proto", line: 9, column: 53 }] },
  ]);
  expect(findings[0]?.message).toContain("used at proto/job/v1/job.proto:10:53");
});

test("comments keep findings: the rule that they name, on the next line", async () => {
  const ignored = `// sessionstream-lint-ignore SESSIONSTREAM_TS_ORDINAL_BIGINT: shown only\n`;
  const other = `// sessionstream-lint-ignore SESSIONSTREAM_TS_NAME_KNOWN\n`;
  const line = "\treturn";
  const files = {
    "src/a.ts": code.replace(line, ignored + line),
    "src/b.ts": code.replace(line, other + line),
    "src/c.ts": ignored + code,
    "src/d.ts": code.replace(line, `${other.trim()}, SESSIONSTREAM_TS_ORDINAL_BIGINT\n${line}`),
    "proto/job/v1/job.proto": job(`// It ran.\n// buf:lint:ignore SESSIONSTREAM_PAYLOAD_CONCRETE\n${genericEvent}`),
  };
  const { stdout } = await lintWith(files, ["--format", "json"]);
  const { findings } = JSON.parse(stdout) as { findings: { path: string }[] };
  expect(findings.map(({ path }) => path)).toEqual(["src/at.ts", "src/b.ts", "src/c.ts"]);
});

test("nothing found exits with 0, and paths limit what is checked", async () => {
  expect(await sessionstreamHere(folder, ["lint", "src/unused.ts", "proto"])).toEqual({
    code: 0,
    stdout: "no findings (checked 4 proto files, 1 TypeScript file)\n",
    stderr: "",
  });
  expect((await sessionstreamHere(folder, ["lint", "--no-proto", "src/u*.ts"])).stdout).toContain("1 TypeScript file");
});

test("a project for a bundler is resolved as it says, aliases of paths included", async () => {
  const compilerOptions = { module: "esnext", moduleResolution: "bundler", jsx: "preserve", paths: { "~/*": ["./*"] } };
  const files = {
    "web/tsconfig.json": JSON.stringify({ compilerOptions, include: ["."] }),
    "web/ours.ts": `export type { Snapshot as Now } from "@sessionstream/runtime";`,
    "web/at.tsx": `import type { Now } from "~/ours";\nexport const At = ({ now }: { now: Now }) => <p>{Number(now.ordinal)}</p>;`,
  };
  const { stdout } = await lintWith(files, ["--no-proto"], join(folder, "web"));
  expect(stdout).toContain("at.tsx:2:50: Snapshot.ordinal is turned into a number");
});

test("an image is checked as well as a folder", async () => {
  const image = join(folder, "image.binpb");
  writeFiles(folder, { "proto/job/v1/job.proto": job(genericEvent) });
  execFileSync(join(repository, "node_modules/.bin/buf"), ["build", folder, "-o", image]);
  rmSync(join(folder, "proto/job/v1/job.proto"));
  const { code, stdout } = await sessionstreamHere(folder, ["lint", "--no-typescript", "--proto", "image.binpb"]);
  expect({ code, first: stdout.split("\n")[0] }).toEqual({
    code: 1,
    first: expect.stringMatching(/^job\/v1\/job\.proto:10:10: .*\(SESSIONSTREAM_PAYLOAD_CONCRETE\)$/),
  });
});

test("--rules lists the rules of both languages", () => {
  const { code, stdout } = sessionstream(folder, ["lint", "--rules", "--format=json"]);
  const { rules } = JSON.parse(stdout) as { rules: { id: string; purpose: string }[] };
  expect(code).toBe(0);
  expect(rules.map(({ id }) => id)).toEqual(
    expect.arrayContaining([
      "SESSIONSTREAM_NAME_UNIQUE",
      "SESSIONSTREAM_TS_PAYLOAD_CONCRETE",
      "SESSIONSTREAM_TS_NAME_KNOWN",
    ]),
  );
  for (const { purpose } of rules) expect(purpose).toMatch(/^[A-Z].*\.$/);
});

describe("what cannot run exits with 2 and says what to do", () => {
  let empty = "";
  beforeAll(() => {
    empty = mkdtempSync(join(tmpdir(), "sessionstream-lint-"));
    mkdirSync(join(empty, "nested"));
  });
  afterAll(() => rmSync(empty, { recursive: true }));

  test("a proto file that does not compile, in buf's own words", async () => {
    const { code, stdout, stderr } = await lintWith(
      { "proto/job/v1/job.proto": job("message A { strin a = 1; }") },
      [],
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("the proto files do not compile; buf says: (PROTO_DOES_NOT_COMPILE)\n");
    expect(stderr).toContain("proto/job/v1/job.proto:9:13:");
  });

  test("no buf", () => {
    writeFiles(empty, { "buf.yaml": "version: v2\n" });
    const { code, stderr } = sessionstream(empty, ["lint", "--no-typescript"], { PATH: dirname(process.execPath) });
    rmSync(join(empty, "buf.yaml"));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("npm install --save-dev @bufbuild/buf"),
    });
  });

  test.each([
    ["no buf.yaml", ["--no-typescript"], "there is no buf.yaml in"],
    ["no tsconfig.json", ["--no-proto"], "there is no tsconfig.json in"],
    ["a tsconfig that is not there", ["--no-proto", "--tsconfig", "nowhere.json"], "--tsconfig: got nowhere.json"],
    ["a proto folder that is not there", ["--proto", "nowhere"], "--proto: got nowhere"],
    ["a path that is not there", ["nowhere/*.ts"], "got path nowhere/*.ts, which no file matches"],
    ["nothing to check", ["--no-proto", "--no-typescript"], "leave nothing to check"],
    ["an option that does not exist", ["--fromat", "json"], "Did you mean --format?"],
    ["a format that does not exist", ["--format=xml"], "Allowed choices are text, json"],
  ])("%s", async (_, args, message) => {
    const { code, stdout, stderr } = await sessionstreamHere(join(empty, "nested"), ["lint", ...args]);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: expect.stringContaining(message) });
  });

  test("types of ours that are not found: without them nothing would be", async () => {
    writeFiles(empty, { "tsconfig.json": `{"include": ["*.ts"]}`, "at.ts": code });
    const { code: exit, stderr } = await sessionstreamHere(empty, ["lint", "--no-proto"]);
    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr: expect.stringContaining(`at.ts:1:31: the types of "@sessionstream/runtime" are not found`),
    });
  });

  test("a tsconfig.json that cannot be read", async () => {
    writeFiles(empty, { "tsconfig.json": `{"extends": "./nowhere.json"}` });
    const { code: exit, stderr } = await sessionstreamHere(empty, ["lint", "--no-proto"]);
    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr: expect.stringMatching(/tsconfig\.json cannot be used: \(TSCONFIG_INVALID\)\n.*nowhere\.json/),
    });
  });
});
