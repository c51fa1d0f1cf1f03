import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { interleave, type Report, type Round, toRow } from "./measure.js";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const bin = join(repository, "node_modules/.bin");
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };

/**
 * Start-up of the plugin against protoc-gen-es, and `buf generate` with both
 * against protoc-gen-es alone, for several numbers of messages and files.
 */
export async function codegen(report: Report): Promise<void> {
  const ours = "start-up of protoc-gen-sessionstream";
  const theirs = "start-up of protoc-gen-es";
  await compare(report, 10, [ours, startUp("protoc-gen-sessionstream")], [theirs, startUp("protoc-gen-es")]);
  for (const messages of [10, 100, 1000]) {
    for (const files of [1, 10, 50].filter((count) => count <= messages)) {
      const folder = writeProtos(messages, files);
      try {
        const size = `${messages} messages in ${files} ${files === 1 ? "file" : "files"}`;
        await compare(
          report,
          messages === 1000 ? 3 : 5,
          [`both plugins, ${size}`, generate(folder, ["protoc-gen-es", "protoc-gen-sessionstream"])],
          [`protoc-gen-es, ${size}`, generate(folder, ["protoc-gen-es"])],
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
  }
}

async function compare(report: Report, rounds: number, ours: [string, Round], theirs: [string, Round]): Promise<void> {
  const figures = await interleave(new Map([theirs, ours]), rounds);
  const of = (name: string): number[] => figures.get(name) ?? [];
  report(toRow("codegen", theirs[0], "s", of(theirs[0])));
  report(toRow("codegen", ours[0], "s", of(ours[0]), { name: theirs[0], figures: of(theirs[0]) }));
}

/** A run without anything to do. */
function startUp(plugin: string): Round {
  return () => seconds(plugin, [], repository);
}

function generate(folder: string, plugins: readonly string[]): Round {
  const template = {
    version: "v2",
    inputs: [{ directory: ".", paths: ["bench"] }],
    plugins: plugins.map((local) => ({ local, out: "gen", strategy: "all", opt: optionsOf(local) })),
  };
  return () => seconds("buf", ["generate", "--template", JSON.stringify(template)], folder);
}

function optionsOf(plugin: string): string[] {
  const options = ["target=ts", "import_extension=js"];
  return plugin === "protoc-gen-es" ? options : [...options, "strategy=all"];
}

function seconds(command: string, args: readonly string[], cwd: string): number {
  const start = performance.now();
  execFileSync(join(bin, command), args, { cwd, env, input: "", stdio: ["pipe", "ignore", "inherit"] });
  return (performance.now() - start) / 1000;
}

/** Writes a folder of annotated proto files, with as many features as files. */
function writeProtos(messages: number, files: number): string {
  const folder = mkdtempSync(join(tmpdir(), "sessionstream-bench-"));
  cpSync(join(repository, "proto/sessionstream"), join(folder, "sessionstream"), { recursive: true });
  mkdirSync(join(folder, "bench/v1"), { recursive: true });
  for (let file = 0; file < files; file++) {
    writeFileSync(join(folder, `bench/v1/f${file}.proto`), featureProto(`F${file}`, messages / files));
  }
  return folder;
}

/** A feature of so many messages: of five, a command, two events, a UI event and an entity. */
function featureProto(name: string, messages: number): string {
  const kinds = [
    (n: number) => `Do${n}Command { option (sessionstream.v1.command) = {};`,
    (n: number) => `Did${n}Event { option (sessionstream.v1.event) = {};`,
    (n: number) => `Shown${n}UiEvent { option (sessionstream.v1.ui_event) = {};`,
    (n: number) => `Kept${n}Entity { option (sessionstream.v1.timeline_entity) = {};`,
    (n: number) =>
      `Went${n}Event { option (sessionstream.v1.event) = {ui: "${name}Shown${n}" timeline: "${name}Kept${n}"};`,
  ];
  const body = Array.from({ length: messages }, (_, index) => {
    const head = kinds[index % kinds.length]?.(Math.floor(index / kinds.length));
    const id = index % kinds.length === 3 ? "[(sessionstream.v1.entity_id) = true]" : "";
    return `// The message ${index} of ${name}.\nmessage ${head} string id = 1 ${id}; string text = 2; int32 count = 3; }`;
  });
  return [
    'syntax = "proto3";',
    `package bench.v1.${name.toLowerCase()};`,
    'import "sessionstream/v1/options.proto";',
    `option (sessionstream.v1.feature) = {name: "${name}"};`,
    ...body,
  ].join("\n");
}
