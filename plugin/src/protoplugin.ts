import Module, { createRequire } from "node:module";
import type { CodeGeneratorRequest, CodeGeneratorResponse } from "@bufbuild/protobuf/wkt";
import type { Schema } from "./generate/generated-file.js";

/** A protoc plugin. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
  /**
   * Answers a request of protoc or buf.
   *
   * @throws {Error} if an option is unknown or has a wrong value.
   */
  run(request: CodeGeneratorRequest): CodeGeneratorResponse;
}

/** The functions of protoplugin that this plugin calls. */
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
 * protoplugin can transpile what a plugin prints. So it always loads a compiler when
 * it is imported, and that takes most of its start-up time. This plugin prints every
 * target itself and needs no compiler. While protoplugin loads, an empty module
 * stands in for the compiler.
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
