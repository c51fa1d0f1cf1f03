import { type Line, median } from "../measure.js";
import type { Late, Round } from "./round.js";
import type { StallRow } from "./row.js";

/** What waits may exceed those of the control by, in milliseconds. */
export const budget: Late = { p99: 20, max: 50 };

interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Of the rounds, in milliseconds. */
interface LateSpread {
  readonly p99: Spread;
  readonly max: Spread;
}

/** What a row has come to; `npm run bench -- stalls` prints each as a line of JSON. */
export interface StallLine extends Line {
  readonly suite: "stalls";
  readonly row: string;
  readonly unit: "ms";
  /** How much longer than in the control others waited: for a publish or a read, and for a ping. */
  readonly publish?: LateSpread;
  readonly read?: LateSpread;
  readonly ping: LateSpread;
  /** The delay of the event loop, as it was. */
  readonly loop: LateSpread;
  /** What else was measured, and what of it is limited, of the rounds whose work came to its end. */
  readonly figures: Readonly<Record<string, Spread>>;
  readonly rounds: number;
  readonly roundsWithin: number;
  /** Whether four rounds of five were within the budget. */
  readonly within: boolean;
}

export function lineOf(name: string, row: StallRow, rounds: readonly Round[]): StallLine {
  const extra = (of: "probe" | "ping"): LateSpread => ({
    p99: spread(rounds.map(({ work, control }) => work[of].p99 - control[of].p99)),
    max: spread(rounds.map(({ work, control }) => work[of].max - control[of].max)),
  });
  const known = rounds.flatMap(({ figures }) => (figures === undefined ? [] : [figures]));
  const names = new Set(known.flatMap((figures) => Object.keys(figures)));
  const roundsWithin = rounds.filter((round) => isWithin(row, round)).length;
  return {
    suite: "stalls",
    row: name,
    case: row.title,
    unit: "ms",
    [row.probe ?? "publish"]: extra("probe"),
    ping: extra("ping"),
    loop: {
      p99: spread(rounds.map(({ work }) => work.loop.p99)),
      max: spread(rounds.map(({ work }) => work.loop.max)),
    },
    figures: Object.fromEntries(
      [...names].map((figure) => [figure, spread(known.map((figures) => figures[figure] ?? Number.NaN))]),
    ),
    rounds: rounds.length,
    roundsWithin,
    within: roundsWithin >= rounds.length * 0.8,
  };
}

function isWithin({ limits = {} }: StallRow, { control, work, figures }: Round): boolean {
  const isSoon = (["probe", "ping"] as const).every(
    (of) => work[of].p99 - control[of].p99 <= budget.p99 && work[of].max - control[of].max <= budget.max,
  );
  const isLimited = Object.entries(limits).every(([name, limit]) => (figures?.[name] ?? Number.NaN) <= limit);
  return isSoon && isLimited;
}

function spread(figures: readonly number[]): Spread {
  return {
    median: rounded(median(figures)),
    min: rounded(Math.min(...figures)),
    max: rounded(Math.max(...figures)),
  };
}

function rounded(figure: number): number {
  return Number(figure.toFixed(figure < 10 ? 2 : 0));
}

/** The medians of all rows, for people. */
export function tableOf(lines: readonly StallLine[]): string {
  const late = (spread: LateSpread) => `${spread.p99.median} / ${spread.max.median}`;
  const cells = lines.map((line) => [
    line.row,
    line.publish !== undefined ? late(line.publish) : line.read !== undefined ? `${late(line.read)} (read)` : "",
    late(line.ping),
    late(line.loop),
    `${line.roundsWithin} of ${line.rounds}`,
    line.within ? "yes" : "no",
    Object.entries(line.figures)
      .map(([name, { median }]) => `${name}: ${median}`)
      .join(", "),
  ]);
  const head = ["row", "publish p99 / max", "ping p99 / max", "loop p99 / max", "rounds", "within", ""];
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const text = [head, ...cells].map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return `${text.map((row) => row.trimEnd()).join("\n")}
Medians in ms. Publish and ping: how much longer than in the control. Within: at most ${budget.p99} at p99 and ${budget.max} at maximum in four rounds of five.`;
}
