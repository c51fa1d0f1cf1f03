import type { JsonObject } from "@bufbuild/protobuf";
import type { BackendEvent } from "../../hub/feature/backend-event.js";
import type { Feature } from "../../hub/feature/feature.js";
import { Hub } from "../../hub/hub.js";
import type { ErrorReport } from "../../hub/observe/error-report.js";
import type { DescEvent, EventDraft } from "../../schema/event.js";
import type { UiEvent } from "../../schema/ui-event.js";
import type { SubmitOptions } from "../../session/session-client.js";
import type { UiBatch } from "../../session/ui-batch.js";
import { memoryStore } from "../../store/memory-store.js";
import type { Store } from "../../store/store.js";
import type { Snapshot } from "../../timeline/snapshot.js";

/** The type of an identity, as `submit` takes it. */
type Identity = SubmitOptions extends { readonly identity?: infer I } ? I : unknown;

/** How a session of a test begins. */
export interface GivenOptions {
  /** The default is `test`. */
  readonly sessionId?: string;
  /** The session's metadata. The default is empty. */
  readonly metadata?: JsonObject;
  /** Who submits the commands, where `when` does not say. */
  readonly identity?: Identity;
  /**
   * Where the session is stored. The given events are added to what it has. The test closes it. The
   * default is a store in memory.
   */
  readonly store?: Store;
  /** The clock of the hub, such as a `fakeClock`. */
  readonly now?: () => number;
}

/** What a step led to. */
export interface Ended {
  /** The events that the step published, of the handler and of its runs. */
  readonly events: readonly BackendEvent[];
  /** The UI events of these events. */
  readonly uiEvents: readonly UiEvent[];
  /** The session's timeline after the step. */
  readonly timeline: Snapshot;
  /** What the hub's `onError` heard of. */
  readonly reports: readonly ErrorReport[];
  /** What the command was rejected or failed with. Undefined where it was done. */
  readonly error: unknown;
}

/** What a step does. */
export interface Action {
  /** In words, as in `when ChatStartInference`. */
  readonly title: string;
  act(scenario: Scenario): Promise<Acted>;
}

/** How an action ended. */
export interface Acted {
  /** What it failed with. */
  readonly error?: unknown;
  /** The last event of the step, where the session may have more. These belong to the next step. */
  readonly until?: bigint;
}

/** Features, of which there may be one. */
export function listOf(features: Feature | readonly Feature[]): readonly Feature[] {
  return Array.isArray(features) ? features : [features as Feature];
}

/** A session of a test, with a hub of its own. Its steps run one after the other; after the last, the hub is closed. */
export class Scenario {
  readonly hub: Hub;
  readonly sessionId: string;
  readonly #given: readonly EventDraft[];
  /** Of this step. */
  readonly #reports: ErrorReport[] = [];
  readonly #batches: UiBatch[] = [];
  readonly #seeing = new Map<string, (ordinal: bigint) => void>();
  /** The last event of the step before. */
  #last = 0n;
  #steps = 0;
  #hasEnded = false;

  constructor(features: readonly Feature[], events: readonly EventDraft[], options: GivenOptions) {
    const { sessionId = "test", metadata = {}, store = memoryStore(), now } = options;
    this.sessionId = sessionId;
    this.#given = events;
    this.hub = new Hub({
      features,
      store: leftOpen(store),
      sessionMetadata: () => metadata,
      onError: (report) => this.report(report),
      observer: ({ step, name, ordinal, sessionId: id }) => {
        if (step === "fanout" && id === sessionId && ordinal !== undefined) this.#seeing.get(name)?.(ordinal);
      },
      ...(now !== undefined && { now }),
    });
    this.hub.subscribe((batch) => {
      if (batch.sessionId === sessionId) this.#batches.push(batch);
    });
  }

  /** Stores the given events. Rejects where they do not fit. */
  async begin(): Promise<void> {
    if (this.#given.length > 0) await this.hub.publish(this.sessionId, this.#given);
    this.#last = (await this.hub.session(this.sessionId)).ordinal;
    const [report] = this.#reports;
    if (report === undefined) return;
    throw new Error(`given: ${report.step} of the events failed`, { cause: report.error });
  }

  /** Does a step once the one before is done. */
  async step({ act }: Action, before: Promise<unknown>): Promise<Ended> {
    if (this.#hasEnded) {
      throw new Error(
        "this session has ended: chain all its steps before the first await, or begin another with given()",
      );
    }
    const step = ++this.#steps;
    try {
      await before;
      const from = this.#last;
      const { error, until } = await act(this);
      const events = await this.#events(from, until);
      this.#last = events.at(-1)?.ordinal ?? from;
      return {
        events,
        uiEvents: this.#batches
          .filter(({ ordinal }) => from < ordinal && ordinal <= this.#last)
          .flatMap((batch) => batch.events),
        timeline: await this.hub.snapshot(this.sessionId, until === undefined ? {} : { asOf: until }),
        // What fails while the step still goes on belongs to the next one, whenever it fails.
        reports: until !== undefined && step < this.#steps ? [] : this.#reports.splice(0),
        error,
      };
    } finally {
      // Whoever chained a further step did so before this one ended.
      if (step === this.#steps) await this.#end();
    }
  }

  /** Resolves to the ordinal of the next event of that kind that is published. */
  seen({ name }: DescEvent): Promise<bigint> {
    return new Promise((resolve) => this.#seeing.set(name, resolve));
  }

  report(report: ErrorReport): void {
    if (!this.#hasEnded) this.#reports.push(report);
  }

  /** The events above an ordinal, up to another one. */
  async #events(from: bigint, to: bigint | undefined): Promise<readonly BackendEvent[]> {
    const events: BackendEvent[] = [];
    for (let last = from; ; ) {
      const page = await this.hub.events(this.sessionId, { after: last });
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
    await this.hub.close({ abort: true, grace: 0 });
  }
}

/** A store that closing leaves open, since it is the test's. */
function leftOpen(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name === "close") return async () => {};
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
