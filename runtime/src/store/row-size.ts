import type { StoredEntity, StoredEvent } from "./stored.js";

/** About what a row takes beside its payload, in bytes: names, ordinals, and its place in an index. */
export const rowOverhead = 100;

/** About how many bytes rows take. */
export function sizeOf(rows: readonly Pick<StoredEvent | StoredEntity, "payload">[]): number {
  let size = 0;
  for (const { payload } of rows) size += rowOverhead + (payload?.length ?? 0);
  return size;
}
