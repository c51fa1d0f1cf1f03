import type { Feature } from "../../../hub/feature/feature.js";
import type { RunInfo } from "../../../hub/feature/run-info.js";
import type { ErrorReport } from "../../../hub/observe/error-report.js";
import type { UiBatch } from "../../../session/ui-batch.js";
import type { Store } from "../../../store/store.js";
import type { GivenOptions } from "../ended.js";
import { ArmedCrash, type Await, type Crash, type Strike } from "./crash.js";
import { Deeds } from "./deeds.js";
import type { EffectCall } from "./effect-call.js";
import { TestProcess } from "./process.js";
import { atRest } from "./rest.js";
import { watched } from "./watched-feature.js";

/** What hears of what the processes do. */
export interface WorldHost {
  report(report: ErrorReport): void;
  told(batch: UiBatch): void;
  published(name: string, ordinal: bigint): void;
  openRuns(): Promise<readonly RunInfo[]>;
}

/** The processes of a test, one after the other, on one store. */
export class World {
  readonly deeds: Deeds;
  /** The first one begins when it is needed. */
  #process: TestProcess | undefined;
  readonly #newProcess: () => TestProcess;
  readonly #host: WorldHost;
  readonly #sessionId: string;
  /** The names of the runs that the features do. */
  readonly #names: ReadonlySet<string>;
  readonly #now: () => number;
  /** What dead processes called themselves in the store. */
  readonly #dead = new Set<string>();
  readonly #ends: (() => Promise<void>)[] = [];
  readonly #crashes = new Set<ArmedCrash>();
  /** The crash after which another process goes on at once. */
  readonly #survived: ArmedCrash | undefined;
  #hasGoneOn = false;
  readonly #effects: EffectCall[] = [];

  constructor(
    features: readonly Feature[],
    store: Store,
    sessionId: string,
    { metadata = {}, lease = 100, now = Date.now, crash }: GivenOptions,
    host: WorldHost,
  ) {
    this.#sessionId = sessionId;
    this.#host = host;
    this.#now = now;
    this.deeds = new Deeds(sessionId);
    this.#survived = crash && this.arm(crash);
    const options = {
      sessionMetadata: () => metadata,
      onError: (report: ErrorReport) => host.report(report),
      lease,
      now,
    };
    this.#newProcess = () => {
      const process = new TestProcess((process) => features.map((each) => watched(each, process)), store, options, {
        sessionId,
        strikes: (made) => this.#strikes(made),
        committed: (batch) => this.deeds.committed(batch),
        did: (call) => this.#did(call),
        told: (batch) => host.told(batch),
        published: (name, ordinal) => host.published(name, ordinal),
        now,
      });
      this.#ends.push(() => process.end());
      return process;
    };
    const able = features.filter(({ run, ended }) => run !== undefined && ended !== undefined);
    this.#names = new Set(able.flatMap(({ desc }) => desc.runs.map(({ name }) => name)));
  }

  /** The last process, alive or dead. */
  get process(): TestProcess {
    this.#process ??= this.#newProcess();
    return this.#process;
  }

  /** Whether the last process is dead. */
  get isDead(): boolean {
    return this.#process?.isDead === true;
  }

  /** Whether another process goes on at once where the last one died. */
  get goesOn(): boolean {
    return this.#survived?.hasStruck === true && !this.#hasGoneOn;
  }

  /** Lets a process die at an await of a run. */
  arm(crash: Crash): ArmedCrash {
    const armed = new ArmedCrash(crash);
    this.#crashes.add(armed);
    return armed;
  }

  /** Another process takes over what the one before did, which dies if it is alive. */
  async takeOver(): Promise<void> {
    const process = this.#process;
    process?.die();
    await process?.bury();
    for (const name of process?.names ?? []) this.#dead.add(name);
    this.#hasGoneOn = this.#survived?.hasStruck === true;
    this.#process = this.#newProcess();
  }

  /** Resolves when nothing goes on in the process that is alive. */
  async atRest(): Promise<void> {
    await atRest({
      process: this.process,
      names: this.#names,
      dead: this.#dead,
      sessionId: this.#sessionId,
      now: this.#now,
      openRuns: () => this.#host.openRuns(),
    });
  }

  /** The calls of effects since this was asked for. */
  takeEffects(): readonly EffectCall[] {
    return this.#effects.splice(0);
  }

  /** Closes all. */
  async end(): Promise<void> {
    await Promise.all(this.#ends.map((end) => end()));
  }

  #strikes(made: Await): Strike | undefined {
    for (const crash of this.#crashes) {
      const strike = crash.strikes(made);
      if (strike !== undefined) return strike;
    }
    return undefined;
  }

  #did(call: EffectCall): void {
    this.#effects.push(call);
    this.deeds.called(call);
  }
}
