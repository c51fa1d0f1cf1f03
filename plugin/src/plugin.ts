import { createRequire } from "node:module";
import { create } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema } from "@bufbuild/protobuf/wkt";
import { generate } from "./generate/generate.js";
import type { Schema, Target } from "./generate/generated-file.js";
import { readModel, type SchemaModel } from "./model/index.js";
import { type PluginOptions, parseOptions } from "./options.js";
import { createEcmaScriptPlugin, type Plugin } from "./protoplugin.js";
import { type Finding, formatFinding, vet } from "./vet/index.js";
import { seesAll, visibilityNote } from "./visibility.js";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };

/**
 * Makes the plugin. The plugin vets every annotated file that it receives. If a
 * finding is about a file to generate, the plugin generates nothing. It answers with
 * an error that has a line `path:line:col: message (RULE_ID)` for each such finding.
 *
 * The plugin calls `note` with a line about what a run could not check.
 *
 * @example
 * ```ts
 * const plugin = createPlugin((line) => console.error(line));
 * const response = plugin.run(request);
 * ```
 */
export function createPlugin(note: (line: string) => void): Plugin {
  // A run calls this once for each target, with the same schema.
  const vetted = new WeakMap<Schema, SchemaModel>();
  const generateVetted = (schema: Schema<PluginOptions>, target: Target): void => {
    const model = vetted.get(schema) ?? readVetted(schema, note);
    vetted.set(schema, model);
    generate(schema, model, target);
  };
  const plugin = createEcmaScriptPlugin({
    name: "protoc-gen-sessionstream",
    version: `v${version}`,
    parseOptions,
    generateTs: generateVetted,
    generateJs: generateVetted,
    generateDts: generateVetted,
  });
  return {
    ...plugin,
    run(request) {
      try {
        return plugin.run(request);
      } catch (thrown) {
        if (!(thrown instanceof VetError)) throw thrown;
        const response = plugin.run(create(CodeGeneratorRequestSchema));
        response.error = thrown.message;
        return response;
      }
    },
  };
}

function readVetted(schema: Schema<PluginOptions>, note: (line: string) => void): SchemaModel {
  const model = readModel(schema.allFiles, { complete: seesAll(schema.files, schema.options) });
  const findings = vet(model).filter((finding) => concerns(finding, schema));
  if (findings.length > 0) throw new VetError(findings);
  const line = visibilityNote(schema.files, model, schema.options);
  if (line !== undefined) note(line);
  return model;
}

/** Whether a finding is about a file that this run generates. Another run reports the other findings. */
function concerns({ location, related }: Finding, { files }: Schema): boolean {
  return [location, ...related].some(({ file }) => files.includes(file));
}

class VetError extends Error {
  override readonly name = "VetError";

  constructor(findings: readonly Finding[]) {
    const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
    super([`${count}, so nothing is generated:`, ...findings.map(formatFinding)].join("\n"));
  }
}
