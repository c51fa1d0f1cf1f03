import type { Store } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { newFile, readAll } from "../../fixtures/stores.js";
import { Child } from "../../processes/child.js";
import type { Harvest } from "../campaign.js";
import { type TillAnswer, whatIsWrong } from "./check.js";
import { type TillCommandPlan, tillHistory } from "./history.js";

type Decider = Child<
  { readonly session: string } & (
    | { readonly deposit: number }
    | { readonly commands: readonly TillCommandPlan[] | undefined }
  )
>;

/** A harvest that grows. */
interface Harvesting {
  histories: number;
  readonly broken: string[];
  readonly counts: Record<TillAnswer["status"], number>;
}

/** How many histories a pair of processes runs on one file, and how many of them at once. */
const perFile = 250;
const atOnce = 8;

/**
 * Runs histories with the seeds `seed`, `seed + 1` and so on: commands from two processes, with two hubs
 * each, that must not take an account below zero nor a seat twice. Stops at the first broken one, unless they
 * are careless: of those, all that are broken are told.
 */
export async function runDecisions(seed: number, count: number, isCareless = false): Promise<Harvest> {
  const harvest = { histories: 0, broken: [] as string[], counts: { done: 0, rejected: 0, failed: 0 } };
  const goesOn = () => isCareless || harvest.broken.length === 0;
  for (let first = 0; first < count && goesOn(); first += perFile) {
    const seeds = Array.from({ length: Math.min(perFile, count - first) }, (_, index) => seed + first + index);
    await onFile(newFile(), async (deciders, store) => {
      const work = async () => {
        for (let next = seeds.shift(); next !== undefined && goesOn(); next = seeds.shift()) {
          await live(next, deciders, store, isCareless, harvest);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
    });
  }
  return harvest;
}

async function onFile(file: string, run: (deciders: readonly Decider[], store: Store) => Promise<void>): Promise<void> {
  const store = sqliteStore(file, { synchronous: "normal" });
  const deciders = await Promise.all(
    [0, 1].map((): Promise<Decider> => Child.start("campaigns/decisions/decider", [file])),
  );
  try {
    await run(deciders, store);
  } finally {
    for (const decider of deciders) await decider.kill();
    await store.close();
  }
}

async function live(
  seed: number,
  deciders: readonly Decider[],
  store: Store,
  isCareless: boolean,
  harvest: Harvesting,
): Promise<void> {
  const history = tillHistory(seed, isCareless);
  const session = `s${seed}`;
  await deciders[seed % 2]?.ask({ session, deposit: history.balance });
  const answered = await Promise.all(
    deciders.map((decider, index) => decider.ask<TillAnswer[]>({ session, commands: history.commands[index] })),
  );
  const answers = answered.flat();
  harvest.histories++;
  for (const { status } of answers) harvest.counts[status]++;
  const wrong = whatIsWrong(history, answers, await readAll(store, session), await store.load(session));
  if (wrong.length > 0) harvest.broken.push(`history ${seed}:\n  ${wrong.join("\n  ")}`);
}
