import type { StoredEntity } from "./stored.js";

/** What tells an entity from all others of its session. A kind has no line break. */
export function entityKey({ kind, id }: Pick<StoredEntity, "kind" | "id">): string {
  return `${kind}\n${id}`;
}
