import type { Store } from "@sessionstream/runtime";
import type { Client } from "@sessionstream/runtime/client";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import type { console } from "../../fixtures/gen/console/v1/console_sessionstream.js";
import { newFile, readAll } from "../../fixtures/stores.js";
import { until } from "../../fixtures/until.js";
import { ConsoleProcess, type ConsoleProcessOptions } from "../../processes/console-process.js";
import { foldConsole } from "../../processes/plain-console.js";
import { connectConsole, Screen } from "../../processes/screen.js";
import type { Harvest } from "../campaign.js";
import { Follower } from "./follower.js";
import { followersHistory, policyOf, type Step } from "./history.js";

/** How many histories run on one file, one after the other. Two files are in use at once. */
const perFile = 50;

/** A harvest that grows. */
interface Harvesting {
  histories: number;
  readonly broken: string[];
  readonly counts: { events: number; kills: number; resets: number };
}

/**
 * Runs histories with the seeds `seed`, `seed + 1` and so on: publishers, repairs and kills at two processes
 * on one file, each with a follower in it and a client connected to it. Stops at the first broken one.
 */
export async function runFollowers(seed: number, count: number): Promise<Harvest> {
  const harvest: Harvesting = { histories: 0, broken: [], counts: { events: 0, kills: 0, resets: 0 } };
  const seeds = Array.from({ length: count }, (_, index) => seed + index);
  const work = async () => {
    while (seeds.length > 0 && harvest.broken.length === 0) {
      const [first = 0] = seeds;
      const own = seeds.slice(0, perFile).filter((each) => policyOf(each) === policyOf(first));
      seeds.splice(0, own.length);
      const pair = await Pair.start({ file: newFile(), policy: policyOf(first) });
      try {
        for (const one of own) {
          if (harvest.broken.length > 0) return;
          await pair.live(one, harvest);
        }
      } finally {
        await pair.end();
      }
    }
  };
  await Promise.all([work(), work()]);
  return harvest;
}

/** Two processes on one file, each with a client. */
class Pair {
  readonly #options: ConsoleProcessOptions;
  readonly #store: Store;
  readonly #processes: ConsoleProcess[];
  readonly #clients: Client<typeof console>[];

  private constructor(options: ConsoleProcessOptions, processes: ConsoleProcess[]) {
    this.#options = options;
    this.#store = sqliteStore(options.file, { synchronous: "normal" });
    this.#processes = processes;
    this.#clients = processes.map(({ port }) => connectConsole(port));
  }

  static async start(options: ConsoleProcessOptions): Promise<Pair> {
    return new Pair(options, await Promise.all([0, 1].map(() => ConsoleProcess.start(options))));
  }

  async end(): Promise<void> {
    for (const client of this.#clients) client.close();
    for (const process of this.#processes) await process.kill();
    await this.#store.close();
  }

  async live(seed: number, harvest: Harvesting): Promise<void> {
    const session = `s${seed}`;
    const followers = this.#processes.map((process, at) => new Follower(process, session, `follower ${at}`));
    const gone: Follower[] = [];
    const screens = this.#clients.map((client, at) => new Screen(client, session, `screen ${at}`));
    const acknowledged: bigint[] = [];
    const going: Promise<unknown>[] = [];
    /** What a killed process does not answer is not missed. */
    const start = (work: Promise<unknown>) => void going.push(work.catch(() => {}));
    const take = async (step: Step) => {
      const process = this.#at(step.at);
      if (step.do === "publish") {
        const published = process.publish(session, step.given);
        start(published.then((told) => acknowledged.push(...told.filter((each) => typeof each === "bigint"))));
      }
      if (step.do === "repair") start(process.repair(session, step.how));
      if (step.do === "break") await process.break(step.broken);
      if (step.do === "wait") await new Promise((resolve) => setTimeout(resolve, step.time));
      if (step.do === "kill") {
        harvest.counts.kills++;
        await process.kill();
        this.#processes[step.at] = await ConsoleProcess.start({ ...this.#options, port: process.port });
        gone.push(...followers.splice(step.at, 1, new Follower(this.#at(step.at), session, `follower ${step.at}`)));
        start(followers[step.at]?.start() ?? Promise.resolve());
      }
    };
    for (const follower of followers) start(follower.start());
    const steps = followersHistory(seed);
    for (const step of steps) await take(step);
    await Promise.all(going);
    const wrong = await this.#end(session, followers, screens, acknowledged, seed % 2);
    // A process that fails to fold an event projects those that follow on an older timeline, until it is given the newer
    // one. Then all who listen there begin anew.
    const isBroken = (at: number) => steps.some((step) => step.do === "break" && step.broken && step.at === at);
    wrong.push(
      ...shownDifferently(
        [followers, screens].flatMap((all) => all.map((each, at) => (isBroken(at) ? each.shownSince : each.shown))),
      ),
    );
    wrong.push(...gone.flatMap((follower) => follower.wrong));
    for (const screen of screens) screen.session.close();
    await Promise.all(this.#processes.map((process) => process.unfollow(session)));
    harvest.histories++;
    harvest.counts.events += acknowledged.length;
    harvest.counts.resets += [...followers, ...gone].reduce((sum, { resets }) => sum + resets, 0);
    if (wrong.length > 0) harvest.broken.push(`history ${seed}:\n  ${wrong.join("\n  ")}`);
  }

  /** Repairs what is broken, waits until all have heard all, and says what does not hold. */
  async #end(
    session: string,
    followers: readonly Follower[],
    screens: readonly Screen[],
    acknowledged: readonly bigint[],
    at: number,
  ): Promise<string[]> {
    await Promise.all(this.#processes.map((process) => process.break(false)));
    await this.#at(at).repair(session, "retry");
    const isAdvancing = this.#options.policy === "advance";
    const log = await readAll(this.#store, session);
    const skipped = new Set((await this.#store.errors(session)).map(({ ordinal }) => ordinal));
    const { steps, shown } = foldConsole(log, isAdvancing ? skipped : undefined);
    const last = BigInt(log.length);
    const wanted = steps.join("\n");
    const isEqual = (some: readonly string[]) => some.join("\n") === wanted;
    // A client that saw the UI events of an event without which the timeline went on shows more than is stored.
    const showing = isAdvancing && skipped.size > 0 ? [] : screens;
    const areThere = () =>
      followers.every((follower) => follower.last === last) &&
      showing.every((screen) => screen.session.isHydrated && isEqual(screen.steps));
    const stored = await this.#at(1 - at).snapshot(session);
    const memories = await Promise.all(this.#processes.map((process) => process.steps(session)));
    // The last repair lets all start over: whoever is there may have to begin again.
    await until(areThere, "all followers have heard all", 3000).catch(() => {});
    const wrong = [...followers, ...screens].flatMap((each) => each.wrong);
    log.forEach(({ ordinal }, index) => {
      if (ordinal !== BigInt(index + 1)) wrong.push(`the event after ${index} has the ordinal ${ordinal}`);
    });
    for (const ordinal of acknowledged) if (ordinal > last) wrong.push(`${ordinal} was acknowledged and is not there`);
    if (!isEqual(stored.steps)) wrong.push(`the store has\n${stored.steps.join("\n")}\nand the log says\n${wanted}`);
    for (const [index, { last: heard }] of followers.entries()) {
      if (heard !== last) wrong.push(`follower ${index} has heard ${heard} of ${last}`);
    }
    for (const [index, memory] of memories.entries()) {
      if (!isEqual(memory)) wrong.push(`process ${index} has\n${memory.join("\n")}\nand the log says\n${wanted}`);
    }
    for (const [index, { steps }] of showing.entries()) {
      if (!isEqual(steps)) wrong.push(`screen ${index} shows\n${steps.join("\n")}\nand the log says\n${wanted}`);
    }
    for (const [ordinal, want] of shown) {
      const heard = new Set([...followers, ...screens].flatMap((each) => each.shown.get(ordinal) ?? []));
      for (const one of heard) if (!one.startsWith(want)) wrong.push(`${ordinal} was shown as ${one}, want ${want}`);
    }
    return wrong;
  }

  #at(index: number): ConsoleProcess {
    return this.#processes[index] as ConsoleProcess;
  }
}

/** The events that were not shown alike everywhere. */
function shownDifferently(all: readonly ReadonlyMap<bigint, string>[]): string[] {
  const shown = new Map<bigint, Set<string>>();
  for (const each of all) {
    for (const [ordinal, one] of each) shown.set(ordinal, (shown.get(ordinal) ?? new Set()).add(one));
  }
  return [...shown]
    .filter(([, heard]) => heard.size > 1)
    .map(([ordinal, heard]) => `${ordinal} was shown as ${[...heard].join(" and as ")}`);
}
