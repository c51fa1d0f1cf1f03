import { isTurnOver, nextTurn } from "./turns.js";

/** What is sorted at once: a fraction of a millisecond. */
const runLength = 512;

/** Sorts like `toSorted`, without holding the event loop: by runs that are merged, bottom up. */
export async function sortInTurns<T>(items: readonly T[], compare: (a: T, b: T) => number): Promise<T[]> {
  let runs: T[][] = [];
  for (let start = 0; start < items.length; start += runLength) {
    if (isTurnOver()) await nextTurn();
    runs.push(items.slice(start, start + runLength).sort(compare));
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) merged.push(await merge(runs[i] ?? [], runs[i + 1] ?? [], compare));
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge<T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number): Promise<T[]> {
  const merged: T[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if ((i + j) % runLength === 0 && isTurnOver()) await nextTurn();
    const [first, second] = [a[i] as T, b[j] as T];
    if (compare(first, second) <= 0) {
      merged.push(first);
      i++;
    } else {
      merged.push(second);
      j++;
    }
  }
  // What is left of one follows all of the other.
  for (const rest of [a.slice(i), b.slice(j)]) for (const item of rest) merged.push(item);
  return merged;
}
