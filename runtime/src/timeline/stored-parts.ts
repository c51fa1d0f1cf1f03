import { isTurnOver, nextTurn } from "../base/turns.js";
import { mostBytes, mostRows } from "../store/session-part.js";
import type { StoredEntity } from "../store/stored.js";
import { type Entry, toStored } from "./entry.js";

/** Encodes entities, which never change, in parts of bounded size, and lets others have their turn between. */
export async function* storedParts(entries: readonly Entry[]): AsyncGenerator<readonly StoredEntity[]> {
  let part: StoredEntity[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (isTurnOver()) await nextTurn();
    const stored = toStored(entry);
    part.push(stored);
    bytes += stored.payload?.length ?? 0;
    if (part.length < mostRows && bytes < mostBytes) continue;
    yield part;
    part = [];
    bytes = 0;
  }
  if (part.length > 0) yield part;
}
