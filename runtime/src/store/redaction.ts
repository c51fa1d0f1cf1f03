import { createFileRegistry, type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { messageOf, SessionstreamError } from "../base/errors.js";
import { invalidOption } from "../base/option.js";
import { isTurnOver, nextTurn } from "../base/turns.js";
import { clearFields, type FieldPath, fieldPath, type NoField } from "../schema/clear-fields.js";
import type { RewrittenEvent } from "./batch.js";
import { largestOrdinal } from "./rules.js";
import type { Store } from "./store.js";
import type { StoredEvent } from "./stored.js";

/** What is cleared of a session's events. */
export interface Redaction {
  readonly ordinals: readonly bigint[];
  /** Paths as google.protobuf.FieldMask has them, such as `author.name`. */
  readonly fields: readonly string[];
}

/** So many events are rewritten in one commit. */
const mostOrdinals = 10_000;

/** @throws INVALID_OPTION. */
export function checkRedaction({ ordinals, fields }: Redaction): void {
  const isOrdinal = (each: unknown) => typeof each === "bigint" && each >= 1n && each <= largestOrdinal;
  if (!isFilled(ordinals) || ordinals.length > mostOrdinals || !ordinals.every(isOrdinal)) {
    throw invalidOption(
      "redact",
      "ordinals",
      ordinals,
      `an array of 1 to ${mostOrdinals} ordinals, as bigints from 1n`,
    );
  }
  if (!isFilled(fields) || !fields.every((each) => typeof each === "string" && each !== "")) {
    throw invalidOption("redact", "fields", fields, 'an array of paths of fields, such as "author.name"');
  }
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

/**
 * The events of a redaction, with the payloads that they then have. The paths are those of the messages as they were
 * stored: each schema that the store has of the event's name and version, and `known` beside them.
 * @throws INVALID_RANGE for an ordinal that the log does not have, UNKNOWN_FIELD, UNKNOWN_NAME for an event whose schema
 * nobody has, or INVALID_PAYLOAD.
 */
export async function redactedEvents(
  store: Store,
  sessionId: string,
  { ordinals, fields }: Redaction,
  known: (event: StoredEvent) => DescMessage | undefined = () => undefined,
): Promise<readonly RewrittenEvent[]> {
  const schemas = new StoredSchemas(await store.descriptors());
  const rewritten: RewrittenEvent[] = [];
  for (const ordinal of new Set(ordinals)) {
    const [event] = await store.events(sessionId, { after: ordinal - 1n, limit: 1 });
    if (event?.ordinal !== ordinal) throw noEvent(sessionId, ordinal);
    const own = known(event);
    const payload = redact(sessionId, event, fields, [...schemas.of(event), ...(own === undefined ? [] : [own])]);
    rewritten.push({ ordinal, payload });
    if (isTurnOver()) await nextTurn();
  }
  return rewritten;
}

function redact(
  sessionId: string,
  event: StoredEvent,
  fields: readonly string[],
  schemas: readonly DescMessage[],
): Uint8Array {
  const { ordinal, name, version, type } = event;
  const context = { sessionId, name, ordinal };
  const what = `event ${ordinal} of session "${sessionId}", "${name}" of version ${version},`;
  const [first] = schemas;
  if (first === undefined) {
    const why = `${what} is not redacted: the store has no schema of ${type}, as an early release stored it: let a program redact it that knows the event`;
    throw new SessionstreamError("UNKNOWN_NAME", why, context);
  }
  for (const field of fields) {
    if (schemas.some((schema) => isPath(fieldPath(schema, field)))) continue;
    const { message, field: missing } = fieldPath(first, field) as NoField;
    const names = message.fields.map((each) => `"${each.name}"`).join(", ");
    const why = `${what} has no field "${field}": got "${missing}" in ${message.typeName}, which has ${names === "" ? "no fields" : names}`;
    throw new SessionstreamError("UNKNOWN_FIELD", why, { ...context, field });
  }
  try {
    // A field may be in one schema only: fields come and go within a version.
    return schemas.reduce((payload, schema) => {
      const paths = fields.map((field) => fieldPath(schema, field)).filter(isPath);
      return paths.length === 0 ? payload : clearFields(schema, payload, paths);
    }, event.payload);
  } catch (cause) {
    throw new SessionstreamError("INVALID_PAYLOAD", `${what} is not redacted: ${messageOf(cause)}`, {
      ...context,
      cause,
    });
  }
}

function isPath(path: FieldPath | NoField): path is FieldPath {
  return Array.isArray(path);
}

function noEvent(sessionId: string, ordinal: bigint): SessionstreamError {
  return new SessionstreamError("INVALID_RANGE", `session "${sessionId}" has no event at ordinal ${ordinal}`, {
    sessionId,
    ordinal,
  });
}

/** The schemas that a store has of the events that it keeps. */
class StoredSchemas {
  readonly #descriptors: Awaited<ReturnType<Store["descriptors"]>>;
  readonly #found = new Map<string, readonly DescMessage[]>();

  constructor(descriptors: Awaited<ReturnType<Store["descriptors"]>>) {
    this.#descriptors = descriptors;
  }

  /** Those of the event's name, version and type, which differ where the message has changed since. */
  of({ name, version, type }: StoredEvent): readonly DescMessage[] {
    const key = `${version} ${type} ${name}`;
    const found = this.#found.get(key) ?? this.#read(name, version, type);
    this.#found.set(key, found);
    return found;
  }

  #read(name: string, version: number, type: string): readonly DescMessage[] {
    return this.#descriptors.flatMap((each) => {
      const isIt = each.mark === "event" && each.name === name && each.version === version && each.type === type;
      if (!isIt || each.descriptor.length === 0) return [];
      return createFileRegistry(fromBinary(FileDescriptorSetSchema, each.descriptor)).getMessage(type) ?? [];
    });
  }
}
