import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { messageOf, SessionstreamError } from "../../base/errors.js";
import type { SchemaRegistry } from "../../schema/registry.js";
import type { SessionInfo } from "../../session/session-info.js";
import type { EventMeta } from "../../store/event-meta.js";
import type { StoredEvent } from "../../store/stored.js";
import type { BackendEvent } from "../feature/backend-event.js";
import type { Feature } from "../feature/feature.js";
import { Upcasts } from "./upcasts.js";

/** Reads events of logs as the schema of today has them. */
export class EventReader {
  readonly #registry: SchemaRegistry;
  readonly #upcasts: Upcasts;

  constructor(registry: SchemaRegistry, features: readonly Feature[]) {
    this.#registry = registry;
    this.#upcasts = new Upcasts(features);
  }

  /** Whether the program knows what became of events of that name. */
  isKnown(name: string): boolean {
    return this.#registry.loggedEvent(name) !== undefined || this.#registry.isRetired(name);
  }

  /**
   * Reads an event of a log. One that the schema does not have (any more) comes with its
   * fields in `$unknown`, so that an event that was retired breaks no log.
   * @throws PAYLOAD_TYPE_MISMATCH or INVALID_PAYLOAD where the payload is not what the
   * schema says, and UPCAST_FAILED.
   */
  read(session: SessionInfo, stored: StoredEvent): BackendEvent {
    const { ordinal, name, type, time, meta = nothing } = stored;
    const context = { sessionId: session.id, name, ordinal };
    const schema = this.#registry.loggedEvent(name)?.schema;
    if (schema === undefined) {
      const { $unknown } = this.#registry.decode(EmptySchema, stored.payload);
      return { name, payload: this.#registry.freeze({ $typeName: type, $unknown }), ordinal, time, meta, session };
    }
    if (schema.typeName !== type) {
      throw new SessionstreamError(
        "PAYLOAD_TYPE_MISMATCH",
        `event "${name}" at ordinal ${ordinal} payload type mismatch: got ${type} want ${schema.typeName}`,
        context,
      );
    }
    let payload: BackendEvent["payload"];
    try {
      payload = this.#registry.decode(schema, stored.payload);
    } catch (thrown) {
      throw new SessionstreamError(
        "INVALID_PAYLOAD",
        `event "${name}" at ordinal ${ordinal} payload invalid: ${messageOf(thrown)}`,
        { ...context, cause: thrown },
      );
    }
    const event = this.#upcasts.today({ name, payload, ordinal, time, meta, session }, stored.version);
    this.#registry.freeze(event.payload);
    return event;
  }
}

const nothing: EventMeta = Object.freeze({});
