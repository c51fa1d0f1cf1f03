/** What `npm run bench` prints as a line of JSON. */
export interface Line {
  readonly suite: string;
  readonly case: string;
  readonly unit: string;
}

/** One measured figure. */
export interface Row extends Line {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** What it is held against in the same run, and the median of the rounds' ratios. */
  readonly vs?: string;
  readonly ratio?: number;
}

export type Report = (line: Line) => void;

/** What one round of a case measured, in the case's unit. */
export type Round = () => number | Promise<number>;

/**
 * Runs each case once a round, in turn, so that a change of the machine's speed
 * meets all of them; the first round warms up and does not count.
 */
export async function interleave(cases: ReadonlyMap<string, Round>, rounds: number): Promise<Map<string, number[]>> {
  const figures = new Map([...cases.keys()].map((name) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of cases) {
      const figure = await run();
      if (round > 0) figures.get(name)?.push(figure);
    }
  }
  return figures;
}

/** Makes a row of a case's figures, held against those of another case round by round. */
export function toRow(
  suite: string,
  name: string,
  unit: string,
  figures: readonly number[],
  against?: { readonly name: string; readonly figures: readonly number[] },
): Row {
  const row: Row = {
    suite,
    case: name,
    unit,
    median: rounded(median(figures)),
    min: rounded(Math.min(...figures)),
    max: rounded(Math.max(...figures)),
  };
  if (against === undefined) return row;
  const ratios = figures.map((figure, round) => figure / (against.figures[round] ?? Number.NaN));
  return { ...row, vs: against.name, ratio: rounded(median(ratios)) };
}

export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

function rounded(figure: number): number {
  return Number(figure.toPrecision(4));
}
