/** Where the first item above an ordinal is among items in order, by bisection. */
export function firstAbove<Item>(items: readonly Item[], ordinal: bigint, ordinalOf: (item: Item) => bigint): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ordinalOf(items[middle] as Item) > ordinal) high = middle;
    else low = middle + 1;
  }
  return low;
}
