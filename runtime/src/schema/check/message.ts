import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { memo } from "../../base/memo.js";
import { freshOf } from "./fresh.js";
import {
  type Check,
  expected,
  type InvalidField,
  isPlainObject,
  isRecord,
  maxDepth,
  tooDeep,
  within,
} from "./invalid-field.js";
import { checkJsonObject } from "./json.js";
import { isJsonObject, unwrapped } from "./representation.js";
import { checkEnum, checkMapKey, checkScalar } from "./scalar.js";
import { checkUnknownFields } from "./unknown.js";

/**
 * Finds the first value in a message that its field cannot hold. protobuf-es
 * trusts the compiler here and would encode, say, a number in a string field;
 * what enters a log must be right even when it comes from untyped code.
 */
export function findInvalidField(schema: DescMessage, message: object): InvalidField | undefined {
  return checkOf(schema)(message, 0);
}

const checkOf: (schema: DescMessage) => Check = /* @__PURE__ */ memo(compile);

function compile(schema: DescMessage): Check {
  // Made on first use, because message types may refer to each other in a ring.
  let members: { readonly name: string; readonly check: Check }[] | undefined;
  let required: string[] = [];
  return (value, depth) => {
    if (depth > maxDepth) return tooDeep;
    if (!isRecord(value)) return expected(schema.typeName, value);
    if (value.$typeName !== schema.typeName) return expected(schema.typeName, value.$typeName ?? value);
    if (members === undefined) {
      members = schema.members.map((member) => ({
        name: member.localName,
        check: member.kind === "oneof" ? checkOneof(member.fields) : checkField(schema, member),
      }));
      required = schema.fields.filter(({ presence }) => presence === legacyRequired).map(({ localName }) => localName);
    }
    for (const member of members) {
      const invalid = member.check(value[member.name], depth);
      if (invalid !== undefined) return within(member.name, invalid);
    }
    const missing = required.find((name) => !Object.hasOwn(value, name));
    if (missing !== undefined) return { field: missing, reason: "the required field is not set" };
    const unknown = checkUnknownFields(schema, value.$unknown);
    return unknown && within("$unknown", unknown);
  };
}

// FeatureSet_FieldPresence.LEGACY_REQUIRED, without the module with all of descriptor.proto.
const legacyRequired = 3;

function checkOneof(fields: readonly DescField[]): Check {
  const checksByCase = new Map(fields.map((field) => [field.localName, checkSingular(field)]));
  const cases = fields.map((field) => field.localName).join(", ");
  return (value, depth) => {
    if (!isRecord(value)) return expected("a oneof object { case, value }", value);
    if (value.case === undefined) return undefined;
    const check = typeof value.case === "string" ? checksByCase.get(value.case) : undefined;
    if (check === undefined) return expected(`one of the cases ${cases}`, value.case);
    const invalid = check(value.value, depth);
    return invalid && within(String(value.case), invalid);
  };
}

function checkField(schema: DescMessage, field: DescField): Check {
  const check = checkSingular(field);
  switch (field.fieldKind) {
    case "list":
      return (value, depth) => {
        if (!Array.isArray(value)) return expected("an array", value);
        for (let i = 0; i < value.length; i++) {
          const invalid = check(value[i], depth);
          if (invalid !== undefined) return within(`[${i}]`, invalid);
        }
        return undefined;
      };
    case "map":
      return (value, depth) => {
        if (!isPlainObject(value)) return expected("an object", value);
        for (const key of Object.keys(value)) {
          const invalid = checkMapKey(field.mapKey, key) ?? check(value[key], depth);
          if (invalid !== undefined) return within(`[${JSON.stringify(key)}]`, invalid);
        }
        return undefined;
      };
    default: {
      // Undefined says that a field is not set, but only where a message that
      // was read would have it so too: most fields then have their zero value.
      const mayBeUndefined = freshOf(schema)[field.localName] === undefined;
      return (value, depth) => (value === undefined && mayBeUndefined ? undefined : check(value, depth));
    }
  }
}

function checkSingular(field: DescField): Check {
  if (field.message !== undefined) {
    const schema = field.message;
    if (isJsonObject(field)) return (value, depth) => checkJsonObject(value, depth + 1);
    const wrapped = unwrapped(field);
    if (wrapped !== undefined) {
      const check = checkScalar(wrapped, false);
      return (value, depth) => (depth < maxDepth ? check(value, depth) : tooDeep);
    }
    return (value, depth) => checkOf(schema)(value, depth + 1);
  }
  if (field.enum !== undefined) return checkEnum(field.enum);
  return checkScalar(field.scalar, "longAsString" in field && field.longAsString);
}
