import {
  type BackendEvent,
  type CommandContext,
  type DescEvent,
  type ErrorReport,
  Hub,
  type Store,
  type UiBatch,
} from "@sessionstream/runtime";
import { LabWork } from "../../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../fixtures/lab.js";
import type { Place } from "../../fixtures/stores.js";
import { type Attempt, attemptAll, complaintAbout } from "./attempt.js";
import { Faults, turns } from "./faulty-store.js";
import type { History, Publisher, Step } from "./history.js";

export const sessionIds = ["s0", "ünïcode 🙂\u0000", "s2"] as const;

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
  readonly #faults: Faults;
  readonly #broken = { timeline: new Set<number>(), ui: new Set<number>() };
  readonly #tasks = new Map<string, (context: CommandContext<typeof LabWork>) => Promise<void>>();
  #hubs: Hub[] = [];
  #underWay: Promise<void>[] = [];
  #publishers = 0;

  constructor(place: Place, history: History, howMany: number) {
    this.#place = place;
    this.history = history;
    this.#howMany = howMany;
    this.#faults = new Faults(history.latency);
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
    this.#faults.failingCommits = 0;
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
        const mayFail = this.#faults.failingCommits > 0;
        this.#underWay.push(this.#publish(step.publisher, this.#hub(step.hub)));
        await this.#hub(step.hub)
          .retry(sessionId(step.session))
          .catch((error: unknown) => {
            if (!mayFail) this.violations.push(`a retry failed: ${error}`);
          });
        return;
      }
      case "fail-commits":
        this.#faults.failingCommits = step.times;
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
        store: this.#faults.watch(this.#place.open()),
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
    const attempt = (publish: CommandContext["publish"]) =>
      attemptAll({ ...publisher, session, number }, publish, this.attempts, ({ ordinal }) =>
        this.#mustBeDurable(session, ordinal, "acknowledged"),
      );
    await turns(publisher.delay);
    if (publisher.through === "hub") {
      const publish = (event: DescEvent, payload: object) => hub.publish(session, event, payload);
      return attempt(publish as CommandContext["publish"]);
    }
    const task = String(number);
    let run: Promise<void> | undefined;
    this.#tasks.set(task, async ({ publish, background }) => {
      if (publisher.through === "handler") return attempt(publish);
      background(task, () => {
        run = attempt(publish);
        return run;
      });
    });
    const submitted = await hub.submit(session, LabWork, { task }).catch(() => undefined);
    await run;
    if (publisher.through === "run") return;
    const complaint = complaintAbout(
      submitted,
      this.attempts.filter((own) => own.publisher === number),
    );
    if (complaint !== undefined) this.violations.push(complaint);
  }

  #mustBeDurable(session: string, ordinal: bigint, what: string): void {
    if (!this.#faults.isDurable(session, ordinal)) {
      this.violations.push(`event ${ordinal} of session "${session}" was ${what} before it was durable`);
    }
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
