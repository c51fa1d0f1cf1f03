import type { FeatureFold, FoldedUnder, StoredSession } from "./stored.js";

/**
 * How a stored timeline was folded, as a program sees it: under the same, a lower or a higher version, or another schema; or
 * not at all so far.
 */
export type FoldMatch = "same" | "older" | "other" | "newer" | "unfolded";

/**
 * How a stored timeline was folded. A feature that only one side has makes no difference: a timeline stops at its events
 * where they are not known. What a release before 0.6 folded counts as older.
 */
export function matchOf(own: FoldedUnder, { foldedUnder, ordinal, cursor }: StoredSession): FoldMatch {
  if (foldedUnder === undefined) {
    if (ordinal === 0n) return "same";
    return cursor === 0n ? "unfolded" : "older";
  }
  if (lowerFeatures(own, foldedUnder).length > 0) return "newer";
  if (lowerFeatures(foldedUnder, own).length > 0) return "older";
  return otherFeatures(own, foldedUnder).length > 0 ? "other" : "same";
}

/** The features of which a program has a lower version than the stored timeline. It must not write over that then. */
export function lowerFeatures(own: FoldedUnder, stored: FoldedUnder): string[] {
  return featuresWhere(own, stored, ({ version }, { version: other }) => version < other);
}

/** The features that were folded otherwise than a program folds them: all of its features, where that is not known. */
export function otherFeatures(own: FoldedUnder, stored: FoldedUnder | undefined): string[] {
  if (stored === undefined) return Object.keys(own);
  return featuresWhere(own, stored, (a, b) => a.version !== b.version || a.hash !== b.hash);
}

/** Whether a stored timeline is known to be folded otherwise than a program folds. */
export function isFoldedOtherwise(own: FoldedUnder | undefined, stored: Pick<StoredSession, "foldedUnder">): boolean {
  if (own === undefined || stored.foldedUnder === undefined) return false;
  return otherFeatures(own, stored.foldedUnder).length > 0;
}

/** What is on record once a program has folded: what it folds under, and what is on record of features that it lacks. */
export function foldedBy(own: FoldedUnder, stored: FoldedUnder = {}): FoldedUnder {
  if (Object.keys(stored).every((name) => Object.hasOwn(own, name))) return own;
  return sorted({ ...stored, ...own });
}

/** In the order of the names, so that it is always the same text. */
export function sorted(foldedUnder: FoldedUnder): FoldedUnder {
  return Object.fromEntries(Object.entries(foldedUnder).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether both are the same, feature by feature. */
export function isSameFold(a: FoldedUnder | undefined, b: FoldedUnder | undefined): boolean {
  return a === b || JSON.stringify(a && sorted(a)) === JSON.stringify(b && sorted(b));
}

/** The features that both have, and for which something holds. */
function featuresWhere(a: FoldedUnder, b: FoldedUnder, holds: (a: FeatureFold, b: FeatureFold) => boolean): string[] {
  return Object.entries(a).flatMap(([name, fold]) => {
    const other = Object.hasOwn(b, name) ? b[name] : undefined;
    return other !== undefined && holds(fold, other) ? [name] : [];
  });
}
