import { isSessionstreamError } from "../../../base/errors.js";
import type { SessionInfo } from "../../../session/session-info.js";
import type { SessionBatch } from "../../../store/store.js";
import { toStoreError } from "../../../store/store-error.js";
import type { TimelineView } from "../../../timeline/view.js";
import type { FailedStep } from "../../observe/error-report.js";
import { admit } from "./admit.js";
import type { Committing } from "./committer.js";
import { Hold } from "./hold.js";
import { type CommitContent, type LaneState, loadState, nextBatch } from "./lane-state.js";
import { type Admitted, isEvent, keysOf, type Publication, refusedBy } from "./publication.js";
import { observeEvent, reportFailures, type SessionHost } from "./session-host.js";

/** A lane that waits while work on its session goes on. */
export interface HeldLane {
  readonly state: LaneState;
  /**
   * Makes something durable by itself.
   * @throws ORDINAL_CONFLICT, KEY_CLAIMED or STORE_FAILED.
   */
  commit(content: CommitContent): Promise<void>;
}

/** Where a session's events and timeline stand. */
export interface LaneStatus {
  readonly info: SessionInfo;
  readonly ordinal: bigint;
  readonly cursor: bigint;
  /** The timeline in memory. */
  readonly view: TimelineView;
}

/** Events beyond this many wait before they are projected, so that a batch stays bounded. */
const maxBatch = 256;

/** Conflicts in a row after which an event is refused rather than tried again. */
const maxConflicts = 100;

/**
 * The one place where the order of a session is made. The lane gives an event its
 * ordinal and projects it over the timeline in memory, in the same step, so that
 * nothing can come between. The committer then makes durable what has gathered.
 * Only then does the lane fan it out and tell the publisher.
 *
 * The lane throws its memory away, and reads it again from the store, whenever a
 * commit does not succeed: after a conflict it orders and projects the events anew,
 * after any other failure it refuses those of the batch.
 */
export class Lane implements Committing {
  readonly id: string;
  readonly #host: SessionHost;
  #state: LaneState | undefined;
  #loading: Promise<void> | undefined;
  /** Not yet ordered: the session loads, or is held, or the batch is full. */
  #waiting: Publication[] = [];
  #admitted: Admitted[] = [];
  #committing: Admitted[] = [];
  #conflicts = 0;
  #admitting = false;
  readonly #hold = new Hold();
  /** The last state that there was, for readers, while another is read. */
  #seen: LaneState | undefined;
  /** The timeline as the lane has it, live. Read it only once the session is loaded. */
  readonly timeline: TimelineView = {
    get: (entity, id) => this.#seen?.timeline.get(entity, id),
    list: (entity) => this.#seen?.timeline.list(entity) ?? [],
  };

  constructor(id: string, host: SessionHost) {
    this.id = id;
    this.#host = host;
  }

  get isIdle(): boolean {
    return !this.#hold.isHeld && this.#loading === undefined && this.#isDrained && this.#waiting.length === 0;
  }

  /** Takes events, or what decides them, into the order. The publication hears of the outcome. */
  enqueue(publication: Publication): void {
    this.#waiting.push(publication);
    this.#admitWaiting();
  }

  /**
   * Makes sure that what the lane knows is at least as new as what the store has now.
   * What waits to be committed finds out by itself whether it is.
   */
  async refresh(): Promise<void> {
    const state = this.#state;
    if (state === undefined || !this.#isDrained) return;
    const stored = await this.#host.store.session(this.id);
    const isBehind = stored !== undefined && (stored.revision > state.revision || stored.epoch !== state.epoch);
    if (isBehind && this.#state === state && this.#isDrained && !this.#hold.isHeld) this.#state = undefined;
  }

  /** Loads the session where it is not, and says where it stands. */
  async status(): Promise<LaneStatus> {
    const { info, ordinal, timeline } = await this.#load();
    return { info, ordinal, cursor: timeline.cursor, view: timeline.view };
  }

  /**
   * Does work on the session while nothing else changes it; events published
   * meanwhile wait. The work is done again, from what the store has then, where
   * another process commits to the session in between.
   */
  async exclusively<T>(work: (held: HeldLane) => Promise<T>): Promise<T> {
    await this.#hold.take(() => this.#isDrained);
    try {
      for (let conflicts = 0; ; conflicts++) {
        try {
          const state = await this.#load();
          return await work({ state, commit: (content) => this.#commit(nextBatch(state, content)) });
        } catch (thrown) {
          this.#state = undefined;
          if (!isSessionstreamError(thrown, "ORDINAL_CONFLICT") || conflicts === maxConflicts) throw thrown;
        }
      }
    } finally {
      this.#hold.release();
      this.#admitWaiting();
      this.#hold.changed();
    }
  }

  /** Resolves when every event that was published is durable or refused. */
  async idle(): Promise<void> {
    while (!this.isIdle) await this.#hold.change();
  }

  takeBatch(): SessionBatch | undefined {
    const state = this.#state;
    if (state === undefined || this.#admitted.length === 0) return undefined;
    this.#committing = this.#admitted;
    this.#admitted = [];
    const events = this.#committing.filter(isEvent);
    const batch =
      events.length === 0
        ? undefined
        : nextBatch(state, {
            events: events.map(({ stored }) => stored),
            keys: keysOf(events),
            failures: events.flatMap(({ failures }) => failures),
          });
    // Decisions without events stand on what is durable already.
    if (batch === undefined) this.settle(undefined);
    this.#admitWaiting();
    return batch;
  }

  settle(outcome: Error | undefined): void {
    const settled = this.#committing;
    this.#committing = [];
    if (outcome === undefined) {
      this.#conflicts = 0;
      for (const each of settled) this.#settled(each);
    } else {
      this.#startOver(settled, outcome);
    }
    this.#hold.changed();
  }

  #settled(admitted: Admitted): void {
    if (!isEvent(admitted)) {
      admitted.answer();
      return;
    }
    const { stored, uiEvents, failures, publication, isLast } = admitted;
    const { ordinal, name, time } = stored;
    publication.claim?.published(ordinal);
    if (failures.length > 0) reportFailures(this.#host, this.id, failures);
    observeEvent(this.#host, this.id, "commit", name, ordinal);
    this.#host.fanOut({ sessionId: this.id, ordinal, time, events: uiEvents, isReset: false });
    observeEvent(this.#host, this.id, "fanout", name, ordinal, uiEvents.length);
    if (isLast) publication.resolve({ ordinal });
  }

  get #isDrained(): boolean {
    return this.#admitted.length === 0 && this.#committing.length === 0;
  }

  #admitWaiting(): void {
    // A projection that publishes, which it must not, finds its turn after the event that it projects.
    if (this.#hold.isHeld || this.#admitting || this.#waiting.length === 0) return;
    if (this.#state === undefined) {
      // A failure to load is told to the publications that wait for it.
      this.#load().catch((error: Error) => {
        for (const publication of this.#waiting.splice(0)) publication.reject(error);
        this.#hold.changed();
      });
      return;
    }
    this.#admitting = true;
    // Refused events leave room for more.
    let taken = 0;
    for (let next = this.#waiting[0]; next !== undefined && this.#hasRoomFor(next); next = this.#waiting[++taken]) {
      admit(this.#host, this.#state, next, this.#admitted);
    }
    this.#waiting.splice(0, taken);
    this.#admitting = false;
    if (this.#admitted.length > 0) this.#host.committer.schedule(this);
    else this.#hold.changed();
  }

  /** What work under a key published in one turn is not parted, however much it is. */
  #hasRoomFor({ claim }: Publication): boolean {
    if (this.#admitted.length < maxBatch) return true;
    return claim !== undefined && claim === this.#admitted.at(-1)?.publication.claim;
  }

  async #commit(batch: SessionBatch): Promise<void> {
    const [outcome] = await this.#host.store.commit([batch]).catch((thrown: unknown) => [thrown]);
    if (outcome !== undefined) throw toStoreError(outcome, { sessionId: this.id });
  }

  async #load(): Promise<LaneState> {
    if (this.#state !== undefined) return this.#state;
    this.#loading ??= this.#read().finally(() => {
      this.#loading = undefined;
      this.#hold.changed();
    });
    await this.#loading;
    return this.#load();
  }

  async #read(): Promise<void> {
    this.#state = await loadState(this.#host, this.id);
    this.#seen = this.#state;
    this.#admitWaiting();
  }

  #startOver(settled: readonly Admitted[], outcome: Error): void {
    const isConflict = isSessionstreamError(outcome, "ORDINAL_CONFLICT");
    const again = isConflict && ++this.#conflicts <= maxConflicts;
    if (!again) this.#conflicts = 0;
    const refused = again ? [] : refusedBy(outcome, settled);
    // Those of several events stand there several times.
    const redo = new Set(
      [...settled, ...this.#admitted]
        .filter((each) => !isEvent(each) || !refused.includes(each))
        .map(({ publication }) => publication),
    );
    this.#waiting = [...redo, ...this.#waiting];
    this.#admitted = [];
    this.#state = undefined;
    const error = toStoreError(outcome, { sessionId: this.id });
    for (const { publication, stored } of refused) {
      // That another process did the same work first is no failure.
      if (!isSessionstreamError(outcome, "KEY_CLAIMED")) {
        this.#report(isConflict ? "order" : "commit", stored.ordinal, stored.name, error);
      }
      publication.reject(error);
    }
    this.#admitWaiting();
  }

  #report(step: FailedStep, ordinal: bigint, name: string, error: unknown): void {
    this.#host.report({ step, sessionId: this.id, ordinal, name, error });
  }
}
