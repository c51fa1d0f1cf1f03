import type { StoredEntity } from "./store.js";

/** The order of entities in a snapshot. */
export function compareEntities(a: EntityOrder, b: EntityOrder): number {
  return (
    compare(a.createdOrdinal, b.createdOrdinal) ||
    compare(a.lastEventOrdinal, b.lastEventOrdinal) ||
    compare(a.kind, b.kind) ||
    compare(a.id, b.id)
  );
}

type EntityOrder = Pick<StoredEntity, "createdOrdinal" | "lastEventOrdinal" | "kind" | "id">;

function compare<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
