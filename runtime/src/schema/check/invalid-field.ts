import { show } from "../../base/show.js";

/** Where a message holds what its schema does not allow. */
export interface InvalidField {
  /** The path of the field, such as `items[2].price`. */
  readonly field: string;
  readonly reason: string;
}

/** Looks at a value that lies so many messages deep in a payload. */
export type Check = (value: unknown, depth: number) => InvalidField | undefined;

/** The deepest that a message may lie. protobuf-es reads 100 messages within each other, and no more. */
export const maxDepth = 99;

export const tooDeep: InvalidField = { field: "", reason: `nested deeper than ${maxDepth + 1} messages` };

export function expected(what: string, got: unknown): InvalidField {
  const type = typeof got;
  const prefix = type === "number" || type === "boolean" || type === "bigint" ? `${type} ` : "";
  return { field: "", reason: `expected ${what}, got ${prefix}${show(got)}` };
}

/** The same finding, seen from what contains the field. */
export function within(name: string, invalid: InvalidField): InvalidField {
  const { field, reason } = invalid;
  return { field: field === "" || field.startsWith("[") ? name + field : `${name}.${field}`, reason };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is an object of nothing but its own properties: not a Map, not a Date. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (!isRecord(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
