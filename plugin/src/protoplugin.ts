import Module, { createRequire } from "node:module";
import type { DescFile, DescMessage } from "@bufbuild/protobuf";
import type { CodeGeneratorRequest, CodeGeneratorResponse } from "@bufbuild/protobuf/wkt";
import type * as protoplugin from "@bufbuild/protoplugin";

export type { ImportSymbol, Printable, Target } from "@bufbuild/protoplugin";

// What this plugin uses of protoplugin. protoplugin pins a version of
// @bufbuild/protobuf, so that it often has a copy of its own. The descriptors of
// two copies are alike, but their enums are different types to TypeScript;
// these types have the descriptors of the copy that everything here uses.

/** A protoc plugin. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
  run(request: CodeGeneratorRequest): CodeGeneratorResponse;
}

/** What a run of the plugin is given. */
export interface Schema<Options extends object = object> {
  /** The files to generate. */
  readonly files: readonly DescFile[];
  /** These and all that they import. */
  readonly allFiles: readonly DescFile[];
  readonly options: Options;
  generateFile(name: string): GeneratedFile;
}

/** A file that is being generated. */
export interface GeneratedFile extends Omit<protoplugin.GeneratedFile, "preamble" | "importSchema"> {
  preamble(file: DescFile): void;
  importSchema(message: DescMessage): protoplugin.ImportSymbol;
}

interface Protoplugin {
  createEcmaScriptPlugin<Options extends object>(init: {
    name: string;
    version: string;
    parseOptions(given: readonly { key: string; value: string }[]): Options;
    generateTs(schema: Schema<Options>, target: "ts"): void;
    generateJs(schema: Schema<Options>, target: "js"): void;
    generateDts(schema: Schema<Options>, target: "dts"): void;
  }): Plugin;
  runNodeJs(plugin: Plugin): void;
}

/**
 * Loads protoplugin without the TypeScript compiler that it depends on.
 *
 * protoplugin can transpile what a plugin prints, and loads a compiler for that
 * when it is imported, whether it is used or not: most of its start-up time.
 * This plugin prints every target itself, so an empty module takes the
 * compiler's place while protoplugin is loaded.
 */
function loadProtoplugin(): Protoplugin {
  const require = createRequire(import.meta.url);
  const entry = require.resolve("@bufbuild/protoplugin");
  const compiler = resolveFrom(entry, "typescript");
  if (compiler === undefined || compiler in require.cache) return require(entry);
  require.cache[compiler] = Object.assign(new Module(compiler), { loaded: true });
  try {
    return require(entry);
  } finally {
    delete require.cache[compiler];
  }
}

function resolveFrom(file: string, specifier: string): string | undefined {
  try {
    return createRequire(file).resolve(specifier);
  } catch {
    return undefined;
  }
}

export const { createEcmaScriptPlugin, runNodeJs } = loadProtoplugin();
