import { kinds, type NameReference } from "../model/index.js";
import { runtimeNames, supersededNames } from "../naming/runtime-names.js";
import { type FeatureCode, ofKind, type Part } from "./feature-code.js";
import type { Printable } from "./generated-file.js";
import type { SourceWriter } from "./source-writer.js";

/** Writes the constant with the feature's descriptors, and the function that registers them. */
export function writeFeatureConstant(out: SourceWriter, { name, exports, parts, file }: FeatureCode): void {
  const exportsOf = kinds.map((kind) => ({ ...runtimeNames[kind], names: exportedBy(ofKind(parts, kind)) }));
  const types = exportsOf.map(({ names }) => names.map((exported) => `typeof ${exported}`).join(" | ") || "never");
  const superseded = exportedBy(parts.filter(({ mark }) => mark.supersededBy !== undefined));
  const lists = [...exportsOf, { ...supersededNames, names: superseded }]
    .filter(({ names }) => names.length > 0)
    .map(({ list, names }): Printable => `  ${list}: [${names.join(", ")}],\n`);
  const retired = file.feature?.retired ?? [];
  if (retired.length > 0) lists.push(retiredList(out, retired));
  const timelineVersion = file.feature?.timelineVersion ?? 1;
  if (timelineVersion > 1) lists.push(`  timelineVersion: ${timelineVersion},\n`);
  out.constant(
    `The feature ${name}.`,
    exports.feature,
    [out.runtimeType("DescFeature"), "<\n  ", types.join(",\n  "), "\n>"],
    out.pureCall("feature", [out.string(name), ["{", lists.length === 0 ? "" : ["\n", lists], "}"]]),
  );
  out.function(
    `Registers the feature ${name}, for those who keep a registry of their own.`,
    exports.register,
    [["registry", out.runtimeType("SchemaRegistry")]],
    "void",
    [`registry.register(${exports.feature});`],
  );
}

/** The names as strings: there is nothing left that could be exported for them. */
function retiredList(out: SourceWriter, names: readonly NameReference[]): Printable {
  return ["  retired: [", names.map(({ name }, index) => [index === 0 ? "" : ", ", out.string(name)]), "],\n"];
}

function exportedBy(parts: readonly Part[]): readonly string[] {
  return parts.map((part) => part.export);
}
