import { setImmediate } from "node:timers/promises";
import {
  type BackendEvent,
  type CommandContext,
  type DescEvent,
  type ErrorReport,
  Hub,
  type Published,
  type Store,
  type UiBatch,
} from "@sessionstream/runtime";
import { LabWork } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../fixtures/lab.js";
import { type Place, wrapStore } from "../fixtures/stores.js";
import type { History, Publisher, Step } from "./history.js";
import { publishTagged } from "./tagged.js";

/** An event that somebody tried to publish, and what he was told. */
export interface Attempt {
  readonly session: string;
  readonly publisher: number;
  readonly tag: number;
  ordinal?: bigint;
  refusal?: unknown;
}

export const sessionIds = ["s0", "ünïcode 🙂\u0000", "s2"] as const;

type PublishAny = (event: DescEvent, payload: object) => Promise<Published>;

/** One or two hubs on one place, and all that can be seen of them. */
export class World {
  readonly history: History;
  readonly attempts: Attempt[] = [];
  /** What each hub that there was fanned out. */
  readonly fanned: UiBatch[][] = [];
  readonly reports: ErrorReport[] = [];
  /** What must never be, seen while it happened. */
  readonly violations: string[] = [];
  readonly #place: Place;
  readonly #howMany: number;
  readonly #durable = new Map<string, bigint>();
  readonly #broken = { timeline: new Set<number>(), ui: new Set<number>() };
  readonly #tasks = new Map<string, (context: CommandContext<typeof LabWork>) => Promise<void>>();
  #hubs: Hub[] = [];
  #failingCommits = 0;
  #underWay: Promise<void>[] = [];
  #tags = 0;
  #publishers = 0;

  constructor(place: Place, history: History, howMany: number) {
    this.#place = place;
    this.history = history;
    this.#howMany = howMany;
  }

  async run(): Promise<void> {
    this.#open();
    for (const step of this.history.steps) await this.#step(step);
    await this.#settle();
    await this.#close();
  }

  /** Opens the place once more, for a last look at it. */
  open(): Store {
    return this.#place.open();
  }

  /** Nothing is broken any more, and each session's timeline is given a chance to catch up. */
  async mend(): Promise<void> {
    this.#mend();
    this.#failingCommits = 0;
    this.#open();
    for (const id of sessionIds) await this.#hub(0).retry(id);
    await this.#close();
  }

  async #step(step: Step): Promise<void> {
    switch (step.do) {
      case "publish":
        for (const publisher of step.publishers)
          this.#underWay.push(this.#publish(publisher, this.#hub(publisher.hub)));
        if (step.waits) await this.#settle();
        return;
      case "break":
        this.#broken[step.what].add(step.about);
        return;
      case "mend":
        this.#mend();
        return;
      case "retry": {
        const faults = this.#failingCommits;
        this.#underWay.push(this.#publish(step.publisher, this.#hub(step.hub)));
        await this.#hub(step.hub)
          .retry(sessionId(step.session))
          .catch((error: unknown) => {
            if (faults === 0) this.violations.push(`a retry failed: ${error}`);
          });
        return;
      }
      case "fail-commits":
        this.#failingCommits = step.times;
        return;
      case "reopen":
        await this.#close();
        await this.#settle();
        this.#open();
    }
  }

  #hub(index: number): Hub {
    const hub = this.#hubs[index % this.#hubs.length];
    if (hub === undefined) throw new Error("no hub is open");
    return hub;
  }

  #open(): void {
    this.#hubs = Array.from({ length: this.#howMany }, () => {
      const fanned: UiBatch[] = [];
      this.fanned.push(fanned);
      const hub = new Hub({
        features: [this.#feature()],
        store: this.#watched(this.#place.open()),
        onProjectionError: { ui: this.history.ui, timeline: this.history.timeline },
        keepIdle: this.history.keepIdle,
        onError: (report) => this.reports.push(report),
      });
      hub.subscribe((batch) => {
        // A repaired timeline has no UI events.
        if (batch.events.length === 0) return;
        this.#mustBeDurable(batch.sessionId, batch.ordinal, "fanned out");
        fanned.push(batch);
      });
      return hub;
    });
  }

  async #close(): Promise<void> {
    await Promise.all(this.#hubs.map((hub) => hub.close()));
  }

  async #settle(): Promise<void> {
    while (this.#underWay.length > 0) await Promise.all(this.#underWay.splice(0));
  }

  #mend(): void {
    this.#broken.timeline.clear();
    this.#broken.ui.clear();
  }

  #feature() {
    return labOf({
      beforeTimeline: (event) => fail(this.#broken.timeline, event),
      beforeUi: (event) => fail(this.#broken.ui, event),
      work: (context) => this.#tasks.get(context.payload.task)?.(context),
    });
  }

  async #publish(publisher: Publisher, hub: Hub): Promise<void> {
    const session = sessionId(publisher.session);
    const number = this.#publishers++;
    for (let turn = 0; turn < publisher.delay; turn++) await setImmediate();
    if (publisher.through === "hub") {
      await this.#publishAll(publisher, number, (event, payload) => hub.publish(session, event, payload));
      return;
    }
    const task = String(number);
    let run: Promise<void> | undefined;
    this.#tasks.set(task, async (context) => {
      if (publisher.through === "handler") return this.#publishAll(publisher, number, context.publish);
      context.run(task, () => {
        run = this.#publishAll(publisher, number, context.publish);
        return run;
      });
    });
    const submitted = await hub.submit(session, LabWork, { task }).then(
      ({ ordinal }) => ordinal,
      () => undefined,
    );
    await run;
    if (publisher.through === "handler") this.#checkSubmitted(number, submitted);
  }

  /** `submit` succeeds where all was published, and says where the last of it went. */
  #checkSubmitted(publisher: number, submitted: bigint | undefined): void {
    const own = this.attempts.filter((attempt) => attempt.publisher === publisher);
    const last = own.reduce((max, { ordinal = 0n }) => (ordinal > max ? ordinal : max), 0n);
    if (submitted === undefined) {
      if (own.length > 0 && own.every(({ ordinal }) => ordinal !== undefined)) {
        this.violations.push(`submit failed, though all that its handler published is durable`);
      }
    } else if (own.some(({ ordinal }) => ordinal === undefined)) {
      this.violations.push(`submit succeeded, though an event of its handler was refused`);
    } else if (submitted !== last) {
      this.violations.push(`submit said ${submitted}, want ${last}`);
    }
  }

  async #publishAll(publisher: Publisher, number: number, publish: PublishAny): Promise<void> {
    const session = sessionId(publisher.session);
    const waiting: Promise<void>[] = [];
    for (const spec of publisher.events) {
      const attempt: Attempt = { session, publisher: number, tag: ++this.#tags };
      this.attempts.push(attempt);
      const done = publishTagged(spec, attempt.tag, publish).then(
        ({ ordinal }) => {
          attempt.ordinal = ordinal;
          this.#mustBeDurable(session, ordinal, "acknowledged");
        },
        (error: unknown) => {
          attempt.refusal = error;
        },
      );
      if (publisher.awaits) await done;
      else waiting.push(done);
    }
    await Promise.all(waiting);
  }

  #mustBeDurable(session: string, ordinal: bigint, what: string): void {
    if ((this.#durable.get(session) ?? 0n) < ordinal) {
      this.violations.push(`event ${ordinal} of session "${session}" was ${what} before it was durable`);
    }
  }

  /** Fails commits when it is told to, and notes what is durable when the store says so. */
  #watched(store: Store): Store {
    return wrapStore(store, {
      commit: async (batches) => {
        const fault = this.#failingCommits > 0 ? new Error("the disk is on fire") : undefined;
        if (fault !== undefined && this.#failingCommits-- % 2 === 0) throw fault;
        // Or only one of the sessions' batches fails.
        const refused = fault === undefined ? [] : batches.slice(0, 1);
        const committed = await store.commit(batches.slice(refused.length));
        const outcomes = [...refused.map(() => fault), ...committed];
        batches.forEach(({ sessionId, events }, index) => {
          const last = events.at(-1)?.ordinal;
          if (last !== undefined && outcomes[index] === undefined) this.#durable.set(sessionId, last);
        });
        return outcomes;
      },
    });
  }
}

function sessionId(index: number): string {
  return sessionIds[index] ?? sessionIds[0];
}

function fail(broken: ReadonlySet<number>, { payload }: BackendEvent): void {
  const fields = payload as { readonly name?: string; readonly number?: number; readonly meter?: string };
  const about = fields.number ?? Number((fields.name ?? fields.meter ?? "").slice(1) || Number.NaN);
  if (broken.has(about)) throw new Error(`broken for ${about}`);
}
