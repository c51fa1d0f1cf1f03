import { expected, type InvalidField, isPlainObject, maxDepth, tooDeep, within } from "./invalid-field.js";

/**
 * Checks a JSON object that stands for a google.protobuf.Struct so many messages
 * deep: what JSON cannot hold would be lost or changed on the way to the log.
 */
export function checkJsonObject(value: unknown, depth: number): InvalidField | undefined {
  if (!isPlainObject(value)) return expected("a JSON object", value);
  if (depth > maxDepth) return tooDeep;
  for (const key of Object.keys(value)) {
    if (!key.isWellFormed()) return { field: "", reason: "a key of the JSON object has a lone surrogate" };
    const invalid = checkJsonValue(value[key], depth + 1);
    if (invalid !== undefined) return within(key, invalid);
  }
  return undefined;
}

function checkJsonValue(value: unknown, depth: number): InvalidField | undefined {
  if (depth > maxDepth) return tooDeep;
  switch (typeof value) {
    case "string":
      return value.isWellFormed() ? undefined : { field: "", reason: "the string has a lone surrogate" };
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : expected("a JSON value", value);
    case "object":
      if (value === null) return undefined;
      if (Array.isArray(value)) return checkJsonArray(value, depth + 1);
      return checkJsonObject(value, depth + 1);
    default:
      return expected("a JSON value", value);
  }
}

function checkJsonArray(values: readonly unknown[], depth: number): InvalidField | undefined {
  if (depth > maxDepth) return tooDeep;
  // By index, because a hole is not an entry.
  for (let i = 0; i < values.length; i++) {
    const invalid = checkJsonValue(values[i], depth + 1);
    if (invalid !== undefined) return within(`[${i}]`, invalid);
  }
  return undefined;
}
