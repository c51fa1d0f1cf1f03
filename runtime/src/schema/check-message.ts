import { type DescEnum, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";

/** Where a message holds what its schema does not allow. */
export interface InvalidField {
  /** The path of the field, such as `items[2].price`. */
  readonly field: string;
  readonly reason: string;
}

/**
 * Finds the first value in a message that its field cannot hold. protobuf-es
 * trusts the compiler here and would encode, say, a number in a string field;
 * what enters a log must be right even when it comes from untyped code.
 */
export function findInvalidField(schema: DescMessage, message: object): InvalidField | undefined {
  return checkOf(schema)(message, 0);
}

type Check = (value: unknown, depth: number) => InvalidField | undefined;

// The limit that protobuf-es sets when it reads.
const maxDepth = 100;

const checks = new WeakMap<DescMessage, Check>();

function checkOf(schema: DescMessage): Check {
  let check = checks.get(schema);
  if (check === undefined) {
    check = compile(schema);
    checks.set(schema, check);
  }
  return check;
}

function compile(schema: DescMessage): Check {
  // Made on first use, because message types may refer to each other in a ring.
  let members: { readonly name: string; readonly check: Check }[] | undefined;
  return (value, depth) => {
    if (depth > maxDepth) return { field: "", reason: `nested deeper than ${maxDepth} messages` };
    if (!isRecord(value)) return expected(schema.typeName, value);
    if (value.$typeName !== schema.typeName) return expected(schema.typeName, value.$typeName ?? value);
    members ??= schema.members.map((member) => ({
      name: member.localName,
      check: member.kind === "oneof" ? checkOneof(member.fields) : checkField(member),
    }));
    for (const member of members) {
      const invalid = member.check(value[member.name], depth);
      if (invalid !== undefined) return within(member.name, invalid);
    }
    return undefined;
  };
}

function checkOneof(fields: readonly DescField[]): Check {
  const checksByCase = new Map(fields.map((field) => [field.localName, checkSingular(field)]));
  const cases = fields.map((field) => field.localName).join(", ");
  return (value, depth) => {
    if (!isRecord(value)) return expected("a oneof object { case, value }", value);
    if (value.case === undefined) return undefined;
    const check = checksByCase.get(String(value.case));
    if (check === undefined) return expected(`one of the cases ${cases}`, value.case);
    const invalid = check(value.value, depth);
    return invalid && within(String(value.case), invalid);
  };
}

function checkField(field: DescField): Check {
  switch (field.fieldKind) {
    case "list": {
      const check = checkSingular(field);
      return (value, depth) => {
        if (!Array.isArray(value)) return expected("an array", value);
        for (let i = 0; i < value.length; i++) {
          const invalid = check(value[i], depth);
          if (invalid !== undefined) return within(`[${i}]`, invalid);
        }
        return undefined;
      };
    }
    case "map": {
      const check = checkSingular(field);
      return (value, depth) => {
        if (!isRecord(value)) return expected("an object", value);
        for (const key of Object.keys(value)) {
          const invalid = checkMapKey(field.mapKey, key) ?? check(value[key], depth);
          if (invalid !== undefined) return within(`[${JSON.stringify(key)}]`, invalid);
        }
        return undefined;
      };
    }
    default: {
      const check = checkSingular(field);
      // A field that is not set reads as undefined: messages may be absent, and
      // so may fields with explicit presence.
      return (value, depth) => (value === undefined ? undefined : check(value, depth));
    }
  }
}

function checkSingular(field: DescField): Check {
  if (field.message !== undefined) {
    const schema = field.message;
    // A Struct field is a plain JSON object, a wrapper field a plain scalar.
    if (field.fieldKind !== "list" && field.fieldKind !== "map") {
      if (schema.typeName === "google.protobuf.Struct") {
        return (value) => (isRecord(value) ? checkJson(value, 0) : expected("a JSON object", value));
      }
      const wrapped = isWrapper(schema) ? schema.fields[0]?.scalar : undefined;
      if (wrapped !== undefined && !field.oneof) return checkScalar(wrapped, false);
    }
    return (value, depth) => checkOf(schema)(value, depth + 1);
  }
  if (field.enum !== undefined) return checkEnum(field.enum);
  return checkScalar(field.scalar, "longAsString" in field && field.longAsString);
}

function isWrapper(schema: DescMessage): boolean {
  return /^google\.protobuf\.(Double|Float|U?Int(32|64)|Bool|String|Bytes)Value$/.test(schema.typeName);
}

function checkEnum(desc: DescEnum): Check {
  return (value) => {
    if (!isIntegerWithin(value, -0x80000000, 0x7fffffff)) return expected(`a number of enum ${desc.typeName}`, value);
    if (!desc.open && desc.value[value as number] === undefined) {
      return expected(`a value of the closed enum ${desc.typeName}`, value);
    }
    return undefined;
  };
}

function checkScalar(scalar: ScalarType, longAsString: boolean): Check {
  switch (scalar) {
    case ScalarType.STRING:
      return (value) => {
        if (typeof value !== "string") return expected("a string", value);
        return value.isWellFormed() ? undefined : { field: "", reason: "the string has a lone surrogate" };
      };
    case ScalarType.BOOL:
      return (value) => (typeof value === "boolean" ? undefined : expected("a boolean", value));
    case ScalarType.BYTES:
      return (value) => (value instanceof Uint8Array ? undefined : expected("a Uint8Array", value));
    case ScalarType.DOUBLE:
      return (value) => (typeof value === "number" ? undefined : expected("a number", value));
    case ScalarType.FLOAT:
      return (value) =>
        typeof value === "number" && (!Number.isFinite(value) || Number.isFinite(Math.fround(value)))
          ? undefined
          : expected("a number within float", value);
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return (value) =>
        isIntegerWithin(value, -0x80000000, 0x7fffffff) ? undefined : expected("an integer of 32 bits", value);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return (value) =>
        isIntegerWithin(value, 0, 0xffffffff) ? undefined : expected("an unsigned integer of 32 bits", value);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return checkLong(0n, 0xffffffffffffffffn, longAsString, "an unsigned bigint of 64 bits");
    default:
      return checkLong(-0x8000000000000000n, 0x7fffffffffffffffn, longAsString, "a bigint of 64 bits");
  }
}

function checkLong(min: bigint, max: bigint, asString: boolean, what: string): Check {
  if (asString) {
    return (value) => {
      if (typeof value !== "string" || !/^-?\d+$/.test(value)) return expected(`${what} as a decimal string`, value);
      const long = BigInt(value);
      return min <= long && long <= max ? undefined : expected(`${what} as a decimal string`, value);
    };
  }
  return (value) => (typeof value === "bigint" && min <= value && value <= max ? undefined : expected(what, value));
}

function checkMapKey(scalar: ScalarType, key: string): InvalidField | undefined {
  switch (scalar) {
    case ScalarType.STRING:
      return key.isWellFormed() ? undefined : { field: "", reason: "the map key has a lone surrogate" };
    case ScalarType.BOOL:
      return key === "true" || key === "false" ? undefined : expected("a map key true or false", key);
    default:
      return /^-?\d+$/.test(key) ? undefined : expected("an integer as map key", key);
  }
}

function checkJson(value: unknown, depth: number): InvalidField | undefined {
  if (depth > maxDepth) return { field: "", reason: `nested deeper than ${maxDepth} values` };
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : expected("a JSON value", value);
    case "object":
      if (value === null) return undefined;
      for (const [key, inner] of Object.entries(value)) {
        const invalid = checkJson(inner, depth + 1);
        if (invalid !== undefined) return within(Array.isArray(value) ? `[${key}]` : key, invalid);
      }
      return undefined;
    default:
      return expected("a JSON value", value);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isIntegerWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && min <= value && value <= max;
}

function expected(what: string, got: unknown): InvalidField {
  return { field: "", reason: `expected ${what}, got ${show(got)}` };
}

function show(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value.length > 40 ? `"${value.slice(0, 40)}…"` : JSON.stringify(value);
    case "bigint":
      return `bigint ${value}`;
    case "number":
    case "boolean":
      return `${typeof value} ${value}`;
    case "object":
      return value === null ? "null" : Array.isArray(value) ? "an array" : "an object";
    default:
      return typeof value;
  }
}

function within(name: string, invalid: InvalidField): InvalidField {
  const { field, reason } = invalid;
  return { field: field === "" || field.startsWith("[") ? name + field : `${name}.${field}`, reason };
}
