import type { BackendEvent } from "../../hub/feature/backend-event.js";
import type { Feature } from "../../hub/feature/feature.js";
import type { RunInfo } from "../../hub/feature/run-info.js";
import { Hub } from "../../hub/hub.js";
import type { ErrorReport } from "../../hub/observe/error-report.js";
import type { DescEvent, EventDraft } from "../../schema/event.js";
import type { SchemaRegistry } from "../../schema/registry.js";
import type { UiBatch } from "../../session/ui-batch.js";
import { memoryStore } from "../../store/memory-store.js";
import type { Ended, GivenOptions } from "./ended.js";
import type { Crash } from "./run/crash.js";
import { runsOf } from "./run/rest.js";
import { withoutRuns } from "./run/watched-feature.js";
import { World } from "./run/world.js";

/** What a step does. */
export interface Action {
  /** In words, as in `when ChatStartInference`. */
  readonly title: string;
  /** What is submitted or started. */
  readonly name?: string;
  /** Whether another process takes over first. */
  readonly takesOver?: boolean;
  /** The step ends with the first event of this kind. */
  readonly until?: DescEvent | undefined;
  /** Where the process dies, which ends the step. */
  readonly crash?: Crash | undefined;
  act(scenario: Scenario): Promise<unknown>;
}

/** How an action ended. */
interface Acted {
  /** What it failed with. */
  readonly error?: unknown;
  /** The last event of the step, where the session may have more. These belong to the next step. */
  readonly until?: bigint;
}

/** Features, of which there may be one. */
export function listOf(features: Feature | readonly Feature[]): readonly Feature[] {
  return Array.isArray(features) ? features : [features as Feature];
}

/** A session of a test, with processes of its own. Its steps run one after the other; after the last, all is closed. */
export class Scenario {
  readonly sessionId: string;
  readonly #given: readonly EventDraft[];
  readonly #world: World;
  /** Reads what is stored, whichever process is alive. */
  readonly #reader: Hub;
  readonly #hasRuns: boolean;
  readonly #events: BackendEvent[] = [];
  /** Of this step. */
  readonly #reports: ErrorReport[] = [];
  readonly #batches = new Map<bigint, UiBatch>();
  readonly #seeing = new Map<string, (ordinal: bigint) => void>();
  /** The last event of the step before. */
  #last = 0n;
  /** The runs that ended in steps before. */
  #endedBefore: ReadonlySet<string> = new Set();
  #steps = 0;
  #hasEnded = false;

  constructor(features: readonly Feature[], events: readonly EventDraft[], options: GivenOptions) {
    const { sessionId = "test", store = memoryStore() } = options;
    this.sessionId = sessionId;
    this.#given = events;
    this.#reader = new Hub({ features: features.map(withoutRuns), store, onError: () => {} });
    this.#world = new World(features, store, sessionId, options, {
      report: (report) => this.#report(report),
      told: (batch) => this.#batches.set(batch.ordinal, batch),
      published: (name, ordinal) => this.#seeing.get(name)?.(ordinal),
      openRuns: () => runsOf(this.#reader, sessionId, true),
    });
    this.#hasRuns = features.some(({ desc }) => desc.runs.length > 0);
  }

  /** The hub of the process that is alive. */
  get hub(): Hub {
    return this.#world.process.hub;
  }

  get registry(): SchemaRegistry {
    return this.#reader.registry;
  }

  /** Stores the given events. Rejects where they do not fit. */
  async begin(): Promise<void> {
    if (this.#given.length > 0) await this.hub.publish(this.sessionId, this.#given);
    this.#last = (await this.#reader.session(this.sessionId)).ordinal;
    const [report] = this.#reports;
    if (report === undefined) return;
    throw new Error(`given: ${report.step} of the events failed`, { cause: report.error });
  }

  /** Does a step once the one before is done. */
  async step(action: Action, before: Promise<unknown>): Promise<Ended> {
    if (this.#hasEnded) {
      throw new Error(
        "this session has ended: chain all its steps before the first await, or begin another with given()",
      );
    }
    const step = ++this.#steps;
    try {
      await before;
      const acted = await this.#do(action);
      // What fails while the step still goes on belongs to the next one, whenever it fails.
      return await this.#ended(acted, acted.until === undefined || step === this.#steps);
    } finally {
      // Whoever chained a further step did so before this one ended.
      if (step === this.#steps) await this.#end();
    }
  }

  /** Does what an action does, until the session is at rest, or as far as the step goes. */
  async #do(action: Action): Promise<Acted> {
    const { title, name, takesOver = false, until, crash } = action;
    if (takesOver) await this.#world.takeOver();
    else if (this.#world.isDead) throw new Error(`${title}: the process is dead: chain whenTakenOver() first`);
    const armed = crash && this.#world.arm(crash);
    const seen = until && this.#seen(until);
    const acting = this.#act(action);
    const acted = await this.#over(acting, seen);
    armed?.disarm();
    if (armed?.isMissed) throw new Error(`${title}: it came to rest, and no run came to the crash ${armed.words}`);
    if (acted.error === undefined && acted.until === undefined && until !== undefined && !armed?.hasStruck) {
      throw new Error(`${title}: it ended, and no ${until.name} was published`);
    }
    // The handler may still go on. What it fails with then belongs to the step in which it does.
    if (acted.until !== undefined) {
      void acting.then(({ error }) => {
        if (error !== undefined)
          this.#report({ step: "submit", sessionId: this.sessionId, ...(name !== undefined && { name }), error });
      });
    }
    return acted;
  }

  #act({ act }: Action): Promise<Acted> {
    const { process } = this.#world;
    return act(this).then(
      () => ({}),
      // Of a dead process, nobody hears what became of a command.
      (error: unknown) => (process.isDead ? new Promise(() => {}) : { error }),
    );
  }

  async #over(acting: Promise<Acted>, seen: Promise<Acted> | undefined): Promise<Acted> {
    for (let done = acting; ; done = Promise.race([acting, Promise.resolve({})])) {
      const { process } = this.#world;
      const over = done.then(async (acted) => {
        await this.#world.atRest();
        return acted;
      });
      const died = process.died.then(() => undefined);
      const acted = await Promise.race(seen === undefined ? [died, over] : [died, seen, over]);
      if (acted !== undefined) return acted;
      await process.bury();
      if (!this.#world.goesOn) return {};
      await this.#world.takeOver();
    }
  }

  async #ended({ error, until }: Acted, takesReports: boolean): Promise<Ended> {
    const from = this.#last;
    const events = await this.#read(from, until);
    this.#events.push(...events);
    this.#last = events.at(-1)?.ordinal ?? from;
    const runs: readonly RunInfo[] = this.#hasRuns ? await runsOf(this.#reader, this.sessionId) : [];
    const ended = runs.filter(({ outcome }) => outcome !== undefined).map(({ id }) => id);
    const endedRuns = ended.filter((id) => !this.#endedBefore.has(id));
    this.#endedBefore = new Set(ended);
    return {
      events,
      uiEvents: events.flatMap(({ ordinal }) => this.#batches.get(ordinal)?.events ?? []),
      timeline: await this.#reader.snapshot(this.sessionId, until === undefined ? {} : { asOf: until }),
      runs,
      endedRuns,
      effects: this.#world.takeEffects(),
      repeated: this.#world.deeds.repeated(this.registry, this.#events, runs),
      reports: takesReports ? this.#reports.splice(0) : [],
      error,
    };
  }

  /** Resolves to the ordinal of the next event of that kind that is published. */
  async #seen({ name }: DescEvent): Promise<Acted> {
    return { until: await new Promise<bigint>((resolve) => this.#seeing.set(name, resolve)) };
  }

  #report(report: ErrorReport): void {
    if (!this.#hasEnded) this.#reports.push(report);
  }

  /** The events above an ordinal, up to another one. */
  async #read(from: bigint, to: bigint | undefined): Promise<readonly BackendEvent[]> {
    const events: BackendEvent[] = [];
    for (let last = from; ; ) {
      const page = await this.#reader.events(this.sessionId, { after: last });
      if (page.length === 0) return events;
      for (const event of page) {
        const { ordinal } = event;
        if (ordinal <= last) throw new Error(`the store has ordinal ${ordinal} after ${last}, want a higher one`);
        if (to !== undefined && ordinal > to) return events;
        events.push(event);
        last = ordinal;
      }
    }
  }

  async #end(): Promise<void> {
    this.#hasEnded = true;
    await this.#world.end();
  }
}
