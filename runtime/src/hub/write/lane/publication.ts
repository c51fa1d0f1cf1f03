import { isSessionstreamError } from "../../../base/errors.js";
import type { DescEvent } from "../../../schema/event.js";
import { encodePayload, type PayloadInit } from "../../../schema/payload.js";
import type { SchemaRegistry } from "../../../schema/registry.js";
import type { UiEvent } from "../../../schema/ui-event.js";
import type { StoredEvent, StoredKey } from "../../../store/store.js";
import type { BackendEvent } from "../../feature/backend-event.js";
import type { Published } from "../../feature/command-context.js";
import type { Failure } from "../../project/fold.js";
import type { KeyClaim } from "./key-claim.js";

/** An event as it was given to be published: checked and encoded, once for all that comes. */
export interface EncodedEvent {
  readonly name: string;
  readonly version: number;
  readonly type: string;
  readonly payload: BackendEvent["payload"];
  readonly encoded: Uint8Array;
}

/** An event that was published and waits to be durable. */
export interface Publication {
  readonly event: EncodedEvent;
  readonly claim: KeyClaim | undefined;
  resolve(published: Published): void;
  reject(error: Error): void;
}

/** A publication with its ordinal, projected over the timeline. */
export interface Admitted {
  readonly publication: Publication;
  readonly stored: StoredEvent;
  readonly uiEvents: readonly UiEvent[];
  readonly failures: readonly Failure[];
}

/**
 * Checks and encodes an event.
 * @throws UNKNOWN_NAME, PAYLOAD_TYPE_MISMATCH or INVALID_PAYLOAD.
 */
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

/** The keys that events were published under, one for each work. */
export function keysOf(admitted: readonly Admitted[]): StoredKey[] {
  const keys = new Map<KeyClaim, StoredKey>();
  for (const { publication, stored } of admitted) {
    const { claim } = publication;
    if (claim === undefined) continue;
    const from = keys.get(claim)?.firstOrdinal ?? stored.ordinal;
    keys.set(claim, claim.stored(from, stored.ordinal));
  }
  return [...keys.values()];
}

/** Which events of a batch a refusal is about: those of one key, or all. */
export function refusedBy(outcome: Error, settled: readonly Admitted[]): readonly Admitted[] {
  if (!isSessionstreamError(outcome, "KEY_CLAIMED")) return settled;
  const { key } = outcome.context;
  const ofKey = settled.filter(({ publication }) => publication.claim?.key === key);
  return ofKey.length > 0 ? ofKey : settled;
}
