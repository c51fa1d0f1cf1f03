import { type DescEnum, ScalarType } from "@bufbuild/protobuf";
import { type Check, expected, type InvalidField } from "./invalid-field.js";

/** A check for the values of a scalar type, as protobuf-es represents them. */
export function checkScalar(scalar: ScalarType, longAsString: boolean): Check {
  switch (scalar) {
    case ScalarType.STRING:
      return (value) => {
        if (typeof value !== "string") return expected("a string", value);
        return value.isWellFormed() ? undefined : loneSurrogate("the string");
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
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return checkInteger(0, 0xffffffff, "an unsigned integer of 32 bits");
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return checkInteger(minInt32, maxInt32, "an integer of 32 bits");
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return checkLong(0n, maxUint64, longAsString, "an unsigned bigint of 64 bits");
    default:
      return checkLong(minInt64, maxInt64, longAsString, "a bigint of 64 bits");
  }
}

/** A check for the numbers of an enum; an open one may have others than it names. */
export function checkEnum(desc: DescEnum): Check {
  const isNumber = checkInteger(minInt32, maxInt32, `a number of enum ${desc.typeName}`);
  if (desc.open) return isNumber;
  return (value, depth) => {
    const invalid = isNumber(value, depth);
    if (invalid !== undefined) return invalid;
    return desc.value[value as number] === undefined
      ? expected(`a value of the closed enum ${desc.typeName}`, value)
      : undefined;
  };
}

/** Whether a property's name is a map key of the type, written as protobuf-es writes it when it reads. */
export function checkMapKey(scalar: ScalarType, key: string): InvalidField | undefined {
  switch (scalar) {
    case ScalarType.STRING:
      return key.isWellFormed() ? undefined : loneSurrogate("the map key");
    case ScalarType.BOOL:
      return key === "true" || key === "false" ? undefined : expected("a map key true or false", key);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return isDecimal(key, 0n, 0xffffffffn) ? undefined : expected("an unsigned integer of 32 bits as map key", key);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return isDecimal(key, 0n, maxUint64) ? undefined : expected("an unsigned integer of 64 bits as map key", key);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return isDecimal(key, minInt64, maxInt64) ? undefined : expected("an integer of 64 bits as map key", key);
    default:
      return isDecimal(key, BigInt(minInt32), BigInt(maxInt32))
        ? undefined
        : expected("an integer of 32 bits as map key", key);
  }
}

const minInt32 = -0x80000000;
const maxInt32 = 0x7fffffff;
const minInt64 = -0x8000000000000000n;
const maxInt64 = 0x7fffffffffffffffn;
const maxUint64 = 0xffffffffffffffffn;

function checkInteger(min: number, max: number, what: string): Check {
  return (value) =>
    typeof value === "number" && Number.isInteger(value) && min <= value && value <= max
      ? undefined
      : expected(what, value);
}

function checkLong(min: bigint, max: bigint, asString: boolean, what: string): Check {
  if (asString) {
    return (value) =>
      typeof value === "string" && isDecimal(value, min, max)
        ? undefined
        : expected(`${what} as a decimal string`, value);
  }
  return (value) => (typeof value === "bigint" && min <= value && value <= max ? undefined : expected(what, value));
}

/** Whether a text is an integer within bounds in its one form: without leading zeros, `+` or `-0`. */
function isDecimal(text: string, min: bigint, max: bigint): boolean {
  if (!/^(0|-?[1-9]\d{0,19})$/.test(text)) return false;
  const integer = BigInt(text);
  return min <= integer && integer <= max;
}

function loneSurrogate(what: string): InvalidField {
  return { field: "", reason: `${what} has a lone surrogate` };
}
