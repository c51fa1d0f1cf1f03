import { fromBinary } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { messageOf, SessionstreamError } from "../errors.js";
import type { SchemaRegistry } from "../schema/registry.js";
import { defaultEventLimit, type Store, type StoredEvent } from "../store/store.js";
import type { BackendEvent } from "./feature.js";
import type { SessionInfo } from "./session.js";

/**
 * Reads an event of the log. One that the schema does not have (any more) comes
 * with its fields in `$unknown`, so that an event that was retired breaks no log.
 * Throws PAYLOAD_TYPE_MISMATCH or INVALID_PAYLOAD where the payload is not what
 * the schema says.
 */
export function decodeEvent(registry: SchemaRegistry, session: SessionInfo, stored: StoredEvent): BackendEvent {
  const { ordinal, name, type, time } = stored;
  const context = { sessionId: session.id, name, ordinal };
  const schema = registry.hasEvent(name) ? registry.event(name).schema : undefined;
  if (schema === undefined) {
    const { $unknown } = fromBinary(EmptySchema, stored.payload);
    return { name, payload: { $typeName: type, $unknown }, ordinal, time, session };
  }
  if (schema.typeName !== type) {
    throw new SessionstreamError(
      "PAYLOAD_TYPE_MISMATCH",
      `event "${name}" at ordinal ${ordinal} payload type mismatch: got ${type} want ${schema.typeName}`,
      context,
    );
  }
  try {
    return { name, payload: fromBinary(schema, stored.payload), ordinal, time, session };
  } catch (thrown) {
    throw new SessionstreamError(
      "INVALID_PAYLOAD",
      `event "${name}" at ordinal ${ordinal} payload invalid: ${messageOf(thrown)}`,
      context,
      thrown,
    );
  }
}

/** Reads the log above an ordinal to its end, a page at a time. */
export async function* readLog(store: Store, sessionId: string, after: bigint): AsyncGenerator<StoredEvent> {
  for (let last = after; ; ) {
    const page = await store.events(sessionId, { after: last, limit: defaultEventLimit });
    yield* page;
    const end = page.at(-1);
    if (end === undefined || page.length < defaultEventLimit) return;
    last = end.ordinal;
  }
}
