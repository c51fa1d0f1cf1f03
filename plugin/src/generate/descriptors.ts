import { ScalarType } from "@bufbuild/protobuf";
import type { IdField, Mark, RejectionMark } from "../model/index.js";
import { runtimeNames, supersededNames } from "../naming/runtime-names.js";
import { descriptorDoc } from "./doc-comments.js";
import type { FeatureCode, Part } from "./feature-code.js";
import type { Printable } from "./generated-file.js";
import type { SourceWriter } from "./source-writer.js";

/** Writes the descriptor of every part. */
export function writeDescriptors(out: SourceWriter, { parts }: FeatureCode): void {
  for (const part of parts) writeDescriptor(out, part);
}

function writeDescriptor(out: SourceWriter, { kind, name, export: exported, mark }: Part): void {
  const { describe, type } = mark.supersededBy === undefined ? runtimeNames[kind] : supersededNames;
  const id = mark.idFields[0]?.field;
  const logicalName = out.string(name);
  out.constant(
    descriptorDoc(mark.message),
    exported,
    [
      out.runtimeType(type),
      "<",
      logicalName,
      ", ",
      out.schemaType(mark.message),
      id === undefined ? [] : [", ", idType(id)],
      mark.rejections.length === 0 ? [] : [", ", rejectionTypes(out, mark)],
      ">",
    ],
    out.pureCall(describe, [
      logicalName,
      out.schema(mark.message),
      ...(id?.kind === "field" ? [out.string(id.localName)] : []),
      ...rejections(out, mark),
      ...history(out, mark),
      ...retry(mark),
    ]),
  );
}

/** The argument with the version and the successor of an event. Empty for an event that never changed. */
function history(out: SourceWriter, { version, supersededBy }: Mark): readonly Printable[] {
  const versioned = version > 1 ? `version: ${version}` : "";
  if (supersededBy === undefined) return versioned === "" ? [] : [`{ ${versioned} }`];
  return [["{ by: ", out.string(supersededBy.name), versioned === "" ? [] : `, ${versioned}`, " }"]];
}

/** The argument with how a run is tried again. Empty for a run that does not say it. */
function retry({ retry }: Mark): readonly Printable[] {
  if (retry === undefined) return [];
  const options = [
    ...(retry.retries > 0 ? [`retries: ${retry.retries}`] : []),
    ...(retry.after === undefined ? [] : [`retryAfter: ${retry.after}`]),
  ];
  return options.length === 0 ? [] : [`{ ${options.join(", ")} }`];
}

/** The type that says what each code of a command's rejections has as its detail. */
function rejectionTypes(out: SourceWriter, mark: Mark): Printable {
  return eachRejection(mark, "; ", ({ code, detail }) => [
    `readonly ${code}: `,
    detail?.message === undefined ? "undefined" : out.schemaType(detail.message),
  ]);
}

/** The argument with a command's rejections. Empty if it declares none. */
function rejections(out: SourceWriter, mark: Mark): readonly Printable[] {
  if (mark.rejections.length === 0) return [];
  const rejects = eachRejection(mark, ", ", ({ code, detail }) => [
    `${code}: `,
    detail?.message === undefined ? "undefined" : out.schema(detail.message),
  ]);
  return [["{ rejects: ", rejects, " }"]];
}

function eachRejection(mark: Mark, separator: string, print: (rejection: RejectionMark) => Printable): Printable {
  const printed = mark.rejections.map((rejection, index) => [index === 0 ? "" : separator, print(rejection)]);
  return ["{ ", printed, " }"];
}

const wideIntegers: ReadonlySet<ScalarType | undefined> = new Set([
  ScalarType.INT64,
  ScalarType.UINT64,
  ScalarType.SINT64,
  ScalarType.FIXED64,
  ScalarType.SFIXED64,
]);

/** The TypeScript type of a field that holds an entity's id. */
function idType(field: IdField["field"]): string {
  if (field.scalar === ScalarType.STRING) return "string";
  if (!wideIntegers.has(field.scalar)) return "number";
  return field.fieldKind === "scalar" && field.longAsString ? "string" : "bigint";
}
