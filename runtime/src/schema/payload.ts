import {
  create,
  type DescMessage,
  fromBinary,
  type Message,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import { type ErrorContext, messageOf, SessionstreamError } from "../base/errors.js";
import { memo } from "../base/memo.js";
import { show } from "../base/show.js";
import { freshOf } from "./check/fresh.js";
import { findInvalidField } from "./check/message.js";
import { copyMessage } from "./copy.js";
import { holdsBytes } from "./holds-bytes.js";
import type { Immutable } from "./immutable.js";

/**
 * A message as the runtime hands it out. Payloads are shared and never cloned, so nobody may change them: neither the
 * compiler nor, in development, the runtime lets anyone.
 */
export type Payload<Schema extends DescMessage> = {
  readonly [Field in keyof MessageShape<Schema>]: Immutable<MessageShape<Schema>[Field]>;
};

/**
 * A payload as the runtime accepts it: a message, or an object with some of its fields. A
 * spread message with some replaced fields is such an object. The runtime makes a copy: it
 * does not matter what becomes of the object afterwards.
 */
export type PayloadInit<Schema extends DescMessage> = {
  readonly [Field in keyof InitFields<Schema>]?: Field extends "$typeName"
    ? MessageShape<Schema>["$typeName"]
    : Given<InitFields<Schema>[Field]> | undefined;
};

// protobuf-es accepts a whole message or this; every whole message is one of these too.
type InitFields<Schema extends DescMessage> = Exclude<MessageInitShape<Schema>, Message>;

/** What protobuf-es accepts in a field, or the same in lists and objects that are read-only. */
type Given<T> = T extends Uint8Array
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Given<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Given<T[Key]> }
      : T;

/**
 * Makes a valid message of what a caller gave, as it will be read of the log, and shares nothing
 * with it. `what` names the receiver in errors, as in `event "ChatTokensDelta"`.
 * @throws PAYLOAD_TYPE_MISMATCH for a message of another type and INVALID_PAYLOAD for a
 * value that its field cannot hold.
 */
export function toPayload<Schema extends DescMessage>(
  schema: Schema,
  init: PayloadInit<Schema>,
  what: string,
  context: ErrorContext,
): Payload<Schema> {
  const given: unknown = init;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw mismatch(what, show(given), schema, context);
  }
  const typeName = "$typeName" in given ? given.$typeName : undefined;
  if (typeName !== undefined && typeName !== schema.typeName) {
    throw mismatch(what, String(typeName), schema, context);
  }
  const known = knownKeysOf(schema);
  const unknown = Object.keys(given).find((key) => !known.has(key));
  if (unknown !== undefined) {
    throw invalid(what, unknown, `${schema.typeName} has no field "${unknown}"`, context);
  }
  let message: MessageShape<Schema>;
  try {
    message = isSpread(schema, given, typeName)
      ? create(schema, withoutTypeName(given) as MessageInitShape<Schema>)
      : create(schema, init as MessageInitShape<Schema>);
  } catch (thrown) {
    throw invalid(what, "", messageOf(thrown), context);
  }
  const found = findInvalidField(schema, message);
  if (found !== undefined) {
    throw invalid(what, found.field, found.reason, context);
  }
  return asPayload<Schema>(copyMessage(schema, message, message !== given));
}

/**
 * Reads a message in protobuf's binary format.
 * @throws where it is not in that format.
 */
export function decodePayload<Schema extends DescMessage>(schema: Schema, encoded: Uint8Array): Payload<Schema> {
  // Bytes in it would be a window on what was encoded, which is a store's.
  return asPayload(fromBinary(schema, holdsBytes(schema) ? new Uint8Array(encoded) : encoded));
}

/** Every message can be passed for one that nobody may change. The compiler knows that of each schema, and not of all. */
function asPayload<Schema extends DescMessage>(message: MessageShape<Schema>): Payload<Schema> {
  return message as unknown as Payload<Schema>;
}

function mismatch(what: string, got: string, schema: DescMessage, context: ErrorContext): SessionstreamError {
  return new SessionstreamError(
    "PAYLOAD_TYPE_MISMATCH",
    `${what} payload type mismatch: got ${got} want ${schema.typeName}`,
    context,
  );
}

function invalid(what: string, field: string, reason: string, context: ErrorContext): SessionstreamError {
  return new SessionstreamError("INVALID_PAYLOAD", `${what} payload invalid: ${field}${field && ": "}${reason}`, {
    ...context,
    field,
  });
}

const knownKeysOf: (schema: DescMessage) => ReadonlySet<string> = /* @__PURE__ */ memo(
  ({ members }) => new Set(["$typeName", "$unknown", ...members.map(({ localName }) => localName)]),
);

/**
 * Whether an object looks like a message and is none, because a message was
 * spread into it: the defaults of proto2 and of editions with explicit presence
 * are on a prototype, which `{ ...message }` loses, and `{ ...message, text:
 * undefined }` takes away a value that every message has.
 */
function isSpread(schema: DescMessage, given: object, typeName: unknown): boolean {
  if (typeName === undefined) return false;
  const fresh = freshOf(schema);
  if (Object.getPrototypeOf(given) !== Object.getPrototypeOf(fresh)) return true;
  const fields = given as Readonly<Record<string, unknown>>;
  return schema.members.some(({ localName }) => fields[localName] === undefined && fresh[localName] !== undefined);
}

function withoutTypeName(given: object): object {
  const { $typeName: _, ...fields } = given as { $typeName?: unknown };
  return fields;
}
