import type { SchemaModel } from "../model/index.js";
import { generatedPath } from "../naming/generated-path.js";
import { writeClient } from "./client.js";
import { writeDescriptors } from "./descriptors.js";
import { featureCode } from "./feature-code.js";
import { writeFeatureConstant } from "./feature-constant.js";
import type { Schema, Target } from "./generated-file.js";
import { writeHandlers } from "./handlers.js";
import { writeImplementation } from "./implementation.js";
import { writeProjections } from "./projections.js";
import { writeRuns } from "./runs.js";
import { SourceWriter } from "./source-writer.js";
import { writeUpcasts } from "./upcasts.js";

const extensions: Readonly<Record<Target, string>> = { ts: ".ts", js: ".js", dts: ".d.ts" };

/**
 * Writes one file for each file of the schema that is a feature. Other files stay
 * empty, and only the option keep_empty_files has them written.
 */
export function generate(schema: Schema, model: SchemaModel, target: Target): void {
  for (const file of schema.files) {
    const generated = schema.generateFile(generatedPath(file) + extensions[target]);
    generated.preamble(file);
    const annotated = model.files.find(({ desc }) => desc === file);
    if (annotated?.feature === undefined) continue;
    const out = new SourceWriter(generated, target);
    const feature = featureCode(model, annotated, annotated.feature.name);
    writeDescriptors(out, feature);
    writeFeatureConstant(out, feature);
    writeHandlers(out, feature);
    writeRuns(out, feature);
    writeProjections(out, feature);
    writeUpcasts(out, feature);
    writeImplementation(out, feature);
    writeClient(out, feature);
  }
}
