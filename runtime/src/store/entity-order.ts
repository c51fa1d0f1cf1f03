import type { StoredEntity } from "./stored.js";

/** The order of entities in a snapshot: as their events created them. */
export function compareEntities(a: EntityOrder, b: EntityOrder): number {
  return (
    compare(a.createdOrdinal, b.createdOrdinal) ||
    a.position - b.position ||
    // Entities that an earlier release stored have no position.
    compare(a.lastEventOrdinal, b.lastEventOrdinal) ||
    compare(a.kind, b.kind) ||
    compare(a.id, b.id)
  );
}

type EntityOrder = Pick<StoredEntity, "createdOrdinal" | "position" | "lastEventOrdinal" | "kind" | "id">;

function compare<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
