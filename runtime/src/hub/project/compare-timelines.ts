import { isTurnOver, nextTurn } from "../../base/turns.js";
import { entityKey } from "../../store/entity-key.js";
import type { StoredEntity } from "../../store/stored.js";

/** An entity that is not the same in a stored timeline and in a fold: undefined where one of them lacks it. */
export type UnlikeEntities =
  | { readonly stored: StoredEntity; readonly folded: StoredEntity | undefined }
  | { readonly stored: undefined; readonly folded: StoredEntity };

/** What counts as the same. */
interface Likeness {
  /** Whether the places of entities among those that their event created count. By default, they do. */
  readonly hasPositions?: boolean;
  /** By default, payloads are the same where their bytes are. */
  readonly isSamePayload?: (a: StoredEntity, b: StoredEntity) => boolean;
}

/**
 * Compares a stored timeline with a fold, without tombstones, entity by entity: first those that the fold has, in its
 * order. Lets others have their turn.
 */
export async function* compareTimelines(
  stored: readonly StoredEntity[],
  folded: Iterable<StoredEntity>,
  { hasPositions = true, isSamePayload = isSameBytes }: Likeness = {},
): AsyncGenerator<UnlikeEntities> {
  const isSame = (a: StoredEntity, b: StoredEntity) =>
    a.createdOrdinal === b.createdOrdinal &&
    a.lastEventOrdinal === b.lastEventOrdinal &&
    (!hasPositions || a.position === b.position) &&
    a.type === b.type &&
    isSamePayload(a, b);
  const left = new Map(stored.map((entity) => [entityKey(entity), entity]));
  for (const own of folded) {
    if (isTurnOver()) await nextTurn();
    const key = entityKey(own);
    const other = left.get(key);
    left.delete(key);
    if (other === undefined) yield { stored: undefined, folded: own };
    else if (!isSame(other, own)) yield { stored: other, folded: own };
  }
  for (const other of left.values()) yield { stored: other, folded: undefined };
}

export function isSameBytes({ payload: a = nothing }: StoredEntity, { payload: b = nothing }: StoredEntity): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

const nothing = new Uint8Array();
