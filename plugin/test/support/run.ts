import type { FileDescriptorSet } from "@bufbuild/protobuf/wkt";
import { createPlugin } from "../../src/index.js";
import { compile, request, type Sources } from "./compile.js";

/** What a run of the plugin came to. */
export interface Outcome {
  /** The generated files by path. */
  readonly files: Readonly<Record<string, string>>;
  /** The lines of the response's error. */
  readonly error: readonly string[];
  readonly notes: readonly string[];
}

/** Runs the plugin on proto sources. It is asked to generate all of them, or those that are given. */
export function run(sources: Sources, options: { parameter?: string; generate?: readonly string[] } = {}): Outcome {
  return runOn(compile(sources), { generate: Object.keys(sources), ...options });
}

/** Runs the plugin on a compiled set. */
export function runOn(
  set: FileDescriptorSet,
  { parameter = "target=ts,strategy=all", generate }: { parameter?: string; generate: readonly string[] },
): Outcome {
  const notes: string[] = [];
  const response = createPlugin((line) => notes.push(line)).run(request(set, generate, parameter));
  return {
    files: Object.fromEntries(response.file.map(({ name, content }) => [name, content])),
    error: response.error === "" ? [] : response.error.split("\n"),
    notes,
  };
}

/** The findings of a run, without the line that counts them. */
export function findings(sources: Sources, options?: Parameters<typeof run>[1]): readonly string[] {
  const { error, files } = run(sources, options);
  if (error.length > 0 && Object.keys(files).length > 0) throw new Error("findings, and yet files");
  return error.slice(1);
}

/** The TypeScript code that is generated for messages of the feature `T`, which have no findings. */
export function generatedCode(body: string): string {
  const { error, files } = run({ "t.proto": feature(body) });
  if (error.length > 0) throw new Error(error.join("\n"));
  return files["t_sessionstream.ts"] ?? "";
}

/** The source of a proto file of package `t.v1` with a feature, where `T` is its name. */
export function feature(body: string, { name = "T", imports = [] as readonly string[] } = {}): string {
  return [
    "// A feature.",
    'syntax = "proto3";',
    "package t.v1;",
    'import "sessionstream/v1/options.proto";',
    ...imports.map((path) => `import "${path}";`),
    `option (sessionstream.v1.feature) = {name: "${name}"};`,
    body,
  ].join("\n");
}
