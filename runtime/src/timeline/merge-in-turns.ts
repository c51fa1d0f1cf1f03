import { isTurnOver, nextTurn } from "../base/turns.js";
import type { StoredEntity } from "../store/stored.js";
import type { Timeline } from "./timeline.js";

/** So many entities take a fraction of a turn. */
const atOnce = 250;

/** Gives a timeline what was stored of it, and lets others have their turn between. */
export async function mergeInTurns(
  timeline: Timeline,
  entities: readonly StoredEntity[],
  cursor: bigint,
): Promise<void> {
  for (let at = 0; at < entities.length; at += atOnce) {
    if (isTurnOver()) await nextTurn();
    timeline.merge(entities.slice(at, at + atOnce), cursor);
  }
}
