import { setTimeout as sleep } from "node:timers/promises";
import type { Harvest } from "../campaign.js";
import { whatIsWrong } from "./check.js";
import { Crew, clock, lateSince, notesOf, startOf } from "./crew.js";
import { deathsOf } from "./files.js";
import { type Fate, type Fault, lease, moments, runsHistory, settingOf } from "./history.js";
import type { Told, WorkerProcess } from "./worker-process.js";

/** How many histories run on one file, one after the other. */
const perFile = 25;

/** How many files are in use at once: most of a history is waiting. */
const atOnce = 4;

/** A harvest that grows. */
interface Harvesting {
  histories: number;
  readonly broken: string[];
  readonly counts: Record<Fate["step"], number> & {
    runs: number;
    kills: number;
    pauses: number;
    takenOver: number;
    /** In milliseconds, of all that were taken over while another process was there. */
    longestTakeover: number;
  };
}

/**
 * Runs histories with the seeds `seed`, `seed + 1` and so on: runs in one process or two on one file, which are
 * killed or stood still. Stops at the first broken one.
 */
export async function runRuns(seed: number, count: number): Promise<Harvest> {
  const atSteps = Object.fromEntries(moments.map((step) => [step, 0])) as Record<Fate["step"], number>;
  const counts = { runs: 0, kills: 0, pauses: 0, takenOver: 0, longestTakeover: 0, ...atSteps };
  const harvest: Harvesting = { histories: 0, broken: [], counts };
  const seeds = Array.from({ length: count }, (_, index) => seed + index);
  const work = async () => {
    while (seeds.length > 0 && harvest.broken.length === 0) {
      const setting = settingOf(seeds[0] as number);
      const isSame = (each: number) => JSON.stringify(settingOf(each)) === JSON.stringify(setting);
      const own = seeds.filter(isSame).slice(0, perFile);
      for (const each of own) seeds.splice(seeds.indexOf(each), 1);
      const crew = await Crew.start(setting);
      try {
        for (const one of own) {
          if (harvest.broken.length > 0) return;
          await new History(crew, harvest).live(one);
        }
      } finally {
        await crew.end();
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return harvest;
}

class History {
  readonly #crew: Crew;
  readonly #harvest: Harvesting;
  readonly #wrong: string[] = [];
  /** When which process was killed from here. */
  readonly #kills = new Map<string, number>();

  constructor(crew: Crew, harvest: Harvesting) {
    this.#crew = crew;
    this.#harvest = harvest;
  }

  async live(seed: number): Promise<void> {
    const { plans, faults, victim, gone } = runsHistory(seed);
    const crew = this.#crew;
    const before = crew.all.length;
    const sessions = [...new Set(plans.map(({ session }) => session))];
    const started = new Set<string>();
    const cancelled = new Set<string>();
    const begun = performance.now();
    const at = (time: number) => sleep(Math.max(0, time - (performance.now() - begun)));
    const work = plans.flatMap((plan, index) => [
      ...plan.starts.map(async (time, again) => {
        await at(time);
        await crew.insist(index + again, startOf(plan));
        started.add(plan.id);
      }),
      ...notesOf(plan.steps).map(async (note) => {
        await at(100 + ((seed + note * 37) % 500));
        await crew.insist(note, { ask: "go", session: plan.session, note });
      }),
      ...(plan.cancelled === undefined ? [] : [plan.cancelled]).map(async (time) => {
        await at(time);
        if (await crew.insist(index + 1, { ask: "cancel", session: plan.session, run: plan.id }))
          cancelled.add(plan.id);
      }),
    ]);
    await Promise.all([...work, this.#meet(faults, victim, gone)]);
    await crew.untilEnded(sessions);
    // What the processes tell comes over, and who did not commit the last end has heard of it.
    await sleep(100);
    for (const session of sessions) {
      const own = plans.filter((plan) => plan.session === session);
      this.#wrong.push(...(await whatIsWrong(crew.store, session, own, { started, cancelled })));
      for (const worker of crew.workers) {
        const open = await worker.ask<string[]>({ ask: "memory", session }).catch(() => []);
        if (open.length > 0) this.#wrong.push(`${session}: in ${worker.name} ${open.join(", ")} go on`);
      }
      this.#harvest.counts.runs += (await crew.store.runs(session)).length;
    }
    this.#checkTakeovers(sessions);
    this.#wrong.push(...crew.reported(before));
    this.#harvest.histories++;
    if (this.#wrong.length > 0) this.#harvest.broken.push(`history ${seed}:\n  ${this.#wrong.join("\n  ")}`);
  }

  async #meet(faults: readonly Fault[], first: number, gone: number): Promise<void> {
    const { workers } = this.#crew;
    let place = first;
    let isBack: Promise<void> = Promise.resolve();
    for (const [index, fault] of faults.entries()) {
      const worker = workers[place] as WorkerProcess;
      if (fault.how === "pause") {
        await this.#pause(worker, fault);
        continue;
      }
      await this.#kill(worker, fault);
      const next = faults[index + 1];
      const fate = next?.how === "step" ? next.fate : undefined;
      if (workers.length === 1 || next === undefined) {
        if (next === undefined) await sleep(gone);
        await this.#crew.begin(place, fate);
        continue;
      }
      // The other one takes over, and is killed while it does.
      const dead = place;
      place = 1 - place;
      void workers[place]?.ask({ ask: "fate", fate }).catch(() => {});
      isBack = sleep(gone).then(() => this.#crew.begin(dead));
    }
    await isBack;
    for (const worker of workers) {
      await worker.ask({ ask: "fate" }).catch(() => {});
      if (!worker.isHere) this.#wrong.push(`process ${worker.name} ended by itself: ${await worker.gone}`);
    }
  }

  async #kill(worker: WorkerProcess, fault: Exclude<Fault, { how: "pause" }>): Promise<void> {
    const { counts } = this.#harvest;
    if (fault.how === "step" && (await this.#diesOf(worker, fault.fate))) {
      counts[fault.fate.step]++;
    } else {
      if (fault.how === "moment") await sleep(fault.time);
      this.#kills.set(worker.name, clock());
      worker.signal("SIGKILL");
    }
    const by = await worker.gone;
    // A process that never had runs has none to give up when it closes.
    const hasClosed = by === "0" && fault.how === "step" && fault.fate.step === "releaseRuns";
    if (!hasClosed) counts.kills++;
    if (by !== "SIGKILL" && !hasClosed) this.#wrong.push(`process ${worker.name} ended by itself: ${by}`);
  }

  /** Lets a process die of what it does. Resolves to whether it did within a time. */
  async #diesOf(worker: WorkerProcess, fate: Fate): Promise<boolean> {
    void worker.ask({ ask: "fate", fate }).catch(() => {});
    const isClosing = fate.step === "releaseRuns";
    if (isClosing) {
      await sleep(200);
      worker.signal("SIGTERM");
    }
    return Promise.race([worker.gone.then(() => true), sleep(isClosing ? 8000 : 2000, false)]);
  }

  /** Who stood still hears of each attempt of its own that another process goes on with. */
  async #pause(worker: WorkerProcess, { time, pause }: Extract<Fault, { how: "pause" }>): Promise<void> {
    await sleep(time);
    worker.signal("SIGSTOP");
    await sleep(pause);
    worker.signal("SIGCONT");
    this.#harvest.counts.pauses++;
    await sleep(400);
    const { told } = this.#crew;
    for (const begun of worker.told.filter(({ what }) => what === "begun")) {
      const ofRun = told.filter(({ session, run }) => session === begun.session && run === begun.run);
      const isTaken = ofRun.some(({ attempt, process }) => attempt > begun.attempt && process !== worker.name);
      const end = ofRun.find(({ attempt, what }) => attempt === begun.attempt && what !== "begun");
      const say = (what: string) => this.#wrong.push(`${begun.session} ${begun.run}: attempt ${begun.attempt} ${what}`);
      if (isTaken && end === undefined) say("does not know that it is lost");
      if (isTaken && end?.what === "over" && end.code !== "RUN_LOST" && end.code !== "RUN_CANCELLED")
        say(`was lost, and was told ${end.code}`);
    }
  }

  /** Runs whose process died went on within a lease and a second, if another process was there. */
  #checkTakeovers(sessions: readonly string[]): void {
    const { counts } = this.#harvest;
    const deaths = new Map([...this.#kills, ...deathsOf(this.#crew.file)]);
    const births = new Map(this.#crew.all.map(({ name, born }) => [name, born]));
    const told = this.#crew.told.filter(({ session }) => sessions.includes(session));
    for (const begun of told.filter(({ what }) => what === "begun")) {
      const isBefore = ({ session, run, attempt }: Told) =>
        run === begun.run && session === begun.session && attempt === begun.attempt - 1;
      const before = told.filter(isBefore);
      const death = deaths.get(before[0]?.process ?? "");
      if (death === undefined || before[0]?.process === begun.process || before.some(({ what }) => what !== "begun"))
        continue;
      counts.takenOver++;
      // One that came later sees the heart of the dead for the first time then. It is not the lease that is late
      // where the process does nothing at all, as the machine is busy.
      const since = Math.max(death, births.get(begun.process) ?? 0);
      const took = Math.round(begun.time - since - lateSince(begun, since));
      counts.longestTakeover = Math.max(counts.longestTakeover, took);
      if (took > lease + 1000) this.#wrong.push(`${begun.session} ${begun.run}: taken over after ${took} ms`);
    }
  }
}
