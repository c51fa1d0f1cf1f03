/** Many histories, each of which one seed makes up. */
export interface Campaign {
  /** What it shows, in a line. */
  readonly about: string;
  /** How many histories are the whole of it. */
  readonly whole: number;
  /** Runs histories with the seeds `seed`, `seed + 1` and so on, up to the first broken one. */
  run(seed: number, count: number): Promise<Harvest>;
}

/** What a campaign came by. */
export interface Harvest {
  /** How many histories ran, the broken one included. */
  readonly histories: number;
  /** The histories in which something did not hold, with the seed of each and what it was. */
  readonly broken: readonly string[];
  /** How often what happened, so that one sees that it was not idle. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Runs histories one after the other, of which each throws what does not hold, or returns what it came by. */
export function oneByOne<Counts extends object>(live: (seed: number) => Promise<Counts>): Campaign["run"] {
  return async (first, count) => {
    const counts: Record<string, number> = {};
    for (let histories = 0; histories < count; ) {
      const seed = first + histories++;
      try {
        for (const [what, number] of Object.entries(await live(seed)))
          counts[what] = (counts[what] ?? 0) + Number(number);
      } catch (thrown) {
        const why = thrown instanceof Error ? thrown.message : String(thrown);
        return { histories, broken: [`history ${seed}: ${why}`], counts };
      }
    }
    return { histories: count, broken: [], counts };
  };
}
