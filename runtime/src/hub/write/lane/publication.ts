import { toBinary } from "@bufbuild/protobuf";
import { isSessionstreamError, SessionstreamError } from "../../../base/errors.js";
import type { DescEvent, EventDraft } from "../../../schema/event.js";
import { encodePayload, type PayloadInit } from "../../../schema/payload.js";
import type { SchemaRegistry } from "../../../schema/registry.js";
import type { UiEvent } from "../../../schema/ui-event.js";
import type { BatchKey } from "../../../store/batch.js";
import type { EventMeta } from "../../../store/event-meta.js";
import type { StoredEvent } from "../../../store/stored.js";
import type { TimelineView } from "../../../timeline/view.js";
import type { BackendEvent } from "../../feature/backend-event.js";
import type { Published } from "../../feature/command-context.js";
import type { Failure } from "../../project/fold.js";
import type { KeyedWork } from "./keyed-work.js";

/** An event as it was given to be published: checked and encoded, once for all that comes. */
export interface EncodedEvent {
  readonly name: string;
  readonly version: number;
  readonly type: string;
  readonly payload: BackendEvent["payload"];
  readonly encoded: Uint8Array;
}

/** What was published and waits to be durable: events that are committed together, or what decides them. */
export interface Publication {
  /** The events; for a decision, given the view that it is made on. */
  readonly events: readonly EncodedEvent[] | ((view: TimelineView) => readonly EncodedEvent[]);
  readonly claim: KeyedWork | undefined;
  /** Where the events come from, if anything is known of that. */
  readonly meta: EventMeta | undefined;
  resolve(published: Published): void;
  reject(error: unknown): void;
}

/** An event of a publication with its ordinal, projected over the timeline. */
export interface AdmittedEvent {
  readonly publication: Publication;
  readonly stored: StoredEvent;
  readonly uiEvents: readonly UiEvent[];
  readonly failures: readonly Failure[];
  /** Whether the publication has no more after it. */
  readonly isLast: boolean;
}

/** A decision without events: what to tell its publisher once all before it is durable. */
export interface AdmittedAnswer {
  readonly publication: Publication;
  readonly stored?: undefined;
  answer(): void;
}

export type Admitted = AdmittedEvent | AdmittedAnswer;

export function isEvent(admitted: Admitted): admitted is AdmittedEvent {
  return admitted.stored !== undefined;
}

/** Checks and encodes an event. Throws UNKNOWN_NAME, PAYLOAD_TYPE_MISMATCH or INVALID_PAYLOAD. */
export function encodeEvent<D extends DescEvent>(
  registry: SchemaRegistry,
  sessionId: string,
  { name }: D,
  init: PayloadInit<D["schema"]>,
): EncodedEvent {
  const { schema, version } = registry.event(name);
  const { payload, encoded } = encodePayload(schema, init, `event "${name}"`, { sessionId, name });
  return { name, version, type: schema.typeName, payload, encoded };
}

/** An event that `of` checked, encoded. Throws UNKNOWN_NAME, or PAYLOAD_TYPE_MISMATCH for one of another schema. */
export function encodedDraft(registry: SchemaRegistry, sessionId: string, draft: EventDraft): EncodedEvent {
  const { name } = draft.desc;
  const { schema, version } = registry.event(name);
  const { typeName } = draft.desc.schema;
  if (schema !== draft.desc.schema) {
    throw new SessionstreamError(
      "PAYLOAD_TYPE_MISMATCH",
      `event "${name}" payload type mismatch: got ${typeName} want ${schema.typeName} as it is registered`,
      { sessionId, name },
    );
  }
  return { name, version, type: typeName, payload: draft.payload, encoded: toBinary(schema, draft.payload) };
}

/** The keys that events were published under, one for each work. */
export function keysOf(events: readonly AdmittedEvent[]): BatchKey[] {
  const keys = new Map<KeyedWork, BatchKey>();
  for (const { publication, stored } of events) {
    const { claim } = publication;
    if (claim === undefined) continue;
    const firstOrdinal = keys.get(claim)?.firstOrdinal ?? stored.ordinal;
    const { space, key, fingerprint, token } = claim;
    keys.set(claim, { space, key, fingerprint, token, firstOrdinal, lastOrdinal: stored.ordinal });
  }
  return [...keys.values()];
}

/** Which events of a batch a refusal is about: those of one key, or all. */
export function refusedBy(outcome: Error, settled: readonly Admitted[]): readonly AdmittedEvent[] {
  const events = settled.filter(isEvent);
  if (!isSessionstreamError(outcome, "KEY_CLAIMED")) return events;
  const { key, space } = outcome.context;
  const ofKey = events.filter(({ publication: { claim } }) => claim?.key === key && claim?.space === space);
  return ofKey.length > 0 ? ofKey : events;
}
