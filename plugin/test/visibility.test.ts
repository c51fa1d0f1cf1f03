import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { buf, type Sources, withFolder } from "./support/compile.js";
import { env } from "./support/project.js";
import { feature, run } from "./support/run.js";

const a = feature("message WentEvent { option (sessionstream.v1.event) = {}; }", { name: "A" });
const inB = (source: string): string => source.replace("package t.v1", "package b.v1");
const emitter = (imports: readonly string[] = []): string =>
  inB(feature(`message GoCommand { option (sessionstream.v1.command) = {emits: "AWent"}; }`, { name: "B", imports }));

/** What buf prints, and the folders that it generates, with the plugin under a strategy. */
function generate(
  sources: Sources,
  strategy: "all" | "directory",
  ...opt: string[]
): { printed: string; folders: string[] } {
  return withFolder(sources, (folder) => {
    const template = {
      version: "v2",
      inputs: [{ directory: ".", exclude_paths: ["sessionstream"] }],
      plugins: [{ local: "protoc-gen-sessionstream", out: "gen", strategy, opt: ["target=ts", ...opt] }],
    };
    const { stdout, stderr, status } = spawnSync(buf, ["generate", "--template", JSON.stringify(template)], {
      cwd: folder,
      env,
      encoding: "utf8",
    });
    return { printed: stdout + stderr, folders: status === 0 ? readdirSync(`${folder}/gen`).sort() : [] };
  });
}

const mend = 'set "strategy: all" and "opt: strategy=all" for this plugin in buf.gen.yaml';

test("strategy: all generates a flow across directories, and says nothing", () => {
  const sources = { "a/a.proto": a, "b/b.proto": emitter() };
  expect(generate(sources, "all")).toEqual({ printed: "", folders: ["a", "b"] });
});

test("strategy: directory refuses a flow to a directory that a run does not see, and says what to set", () => {
  const { printed, folders } = generate({ "a/a.proto": a, "b/b.proto": emitter() }, "directory");
  expect(folders).toEqual([]);
  expect(printed).toContain(
    'b/b.proto:6:58: emits names "AWent", and no event has that name; if it is declared in another directory, set "strategy: all" for this plugin in buf.gen.yaml (SESSIONSTREAM_FLOW_TARGET)',
  );
});

test("strategy: directory finds what is imported, and notes that it does not see everything", () => {
  const { printed, folders } = generate({ "a/a.proto": a, "b/b.proto": emitter(["a/a.proto"]) }, "directory");
  expect(folders).toEqual(["a", "b"]);
  expect(printed.split("\n").sort()).toEqual([
    "",
    `protoc-gen-sessionstream: note: a/a.proto is imported and not generated in this run: names are not checked against files that it does not see; ${mend}`,
    `protoc-gen-sessionstream: note: this run generates a only: names are not checked against other directories; ${mend}`,
  ]);
});

test("one directory alone is silent with strategy=all", () => {
  const { printed, folders } = generate({ "a/a.proto": a }, "all", "strategy=all");
  expect({ printed, folders }).toEqual({ printed: "", folders: ["a"] });
});

test("strategy=all under strategy: directory is noticed where a file is imported", () => {
  const { notes } = run(
    { "a/a.proto": a, "b/b.proto": emitter(["a/a.proto"]) },
    { generate: ["b/b.proto"], parameter: "target=ts,strategy=all" },
  );
  expect(notes).toEqual([
    'a/a.proto is imported and not generated in this run, though strategy=all says that it sees every file: set "strategy: all" for this plugin in buf.gen.yaml too, unless the file belongs to another module',
  ]);
});

test("files without annotations are not noted", () => {
  expect(run({ "x.proto": 'syntax = "proto3"; message X {}' }, { parameter: "target=ts" })).toEqual({
    files: {},
    error: [],
    notes: [],
  });
});
