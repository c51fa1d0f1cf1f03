import { type DescExtension, type DescField, ScalarType } from "@bufbuild/protobuf";
import { scalarsUnfitForIds } from "@sessionstream/proto/schema-facts";
import type { Mark } from "../../model/index.js";
import { nearest } from "../../naming/nearest.js";
import type { Report, Rule } from "./rule.js";

export const entityId: Rule = {
  id: "SESSIONSTREAM_ENTITY_ID",
  purpose: "A timeline entity has exactly one id field, a singular string or integer.",
  check({ files }, report) {
    for (const mark of files.flatMap(({ marks }) => marks)) {
      if (mark.kind === "timeline_entity") checkEntity(mark, report);
    }
  },
};

function checkEntity(mark: Mark, report: Report): void {
  const { message, binding, idFields } = mark;
  if (idFields.length === 0) {
    report(binding?.entityId ? binding.entityIdLocation : mark.location, missing(mark));
  }
  for (const [index, { field, location }] of idFields.entries()) {
    const here = binding === undefined ? location : binding.entityIdLocation;
    if (index > 0) {
      const names = idFields.map((id) => `"${id.field.name}"`).join(" and ");
      report(here, `timeline entity ${message.typeName} has the id fields ${names}: want exactly one`);
    }
    const type = unfitType(field);
    if (type !== undefined) {
      report(
        here,
        `id field "${field.name}" of timeline entity ${message.typeName} is ${type}: want a singular string or integer`,
      );
    }
  }
}

function missing({ message, binding }: Mark): string {
  if (binding?.entityId) {
    const near = nearest(
      binding.entityId,
      message.fields.map(({ name }) => name),
    );
    return `${message.typeName} has no field "${binding.entityId}" to be the id of a timeline entity${near === undefined ? "" : `: did you mean "${near}"?`}`;
  }
  const entity = `timeline entity ${message.typeName} has no id field`;
  return binding === undefined
    ? `${entity}: mark one singular string or integer field with [(sessionstream.v1.entity_id) = true]`
    : `${entity}: name one singular string or integer field in the binding's entity_id`;
}

/** Why a field is unfit for an id. Undefined if it is fit. */
function unfitType(field: DescField | DescExtension): string | undefined {
  if (field.oneof !== undefined) return `in the oneof "${field.oneof.name}"`;
  switch (field.fieldKind) {
    case "list":
      return "repeated";
    case "map":
      return "a map";
    case "message":
      return `the message ${field.message.typeName}`;
    case "enum":
      return `the enum ${field.enum.typeName}`;
    case "scalar":
      return scalarsUnfitForIds.has(field.scalar) ? aScalar(field.scalar) : undefined;
  }
}

/** The name of a scalar type in proto files, with its article. */
function aScalar(type: ScalarType): string {
  const name = ScalarType[type].toLowerCase();
  return type === ScalarType.BYTES ? name : `a ${name}`;
}
