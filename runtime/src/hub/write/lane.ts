import type { JsonObject } from "@bufbuild/protobuf";
import { isSessionstreamError } from "../../base/errors.js";
import type { UiEvent } from "../../schema/ui-event.js";
import type { SessionInfo } from "../../session/session-info.js";
import type { FailedStep, SessionBatch, StoredCommand, StoredEvent } from "../../store/store.js";
import { toStoreError } from "../../store/store-error.js";
import { Timeline } from "../../timeline/timeline.js";
import type { TimelineView } from "../../timeline/view.js";
import type { BackendEvent } from "../feature/feature.js";
import type { Failure } from "../project/fold.js";
import type { Committing } from "./committer.js";
import { Hold } from "./hold.js";
import type { HubCore } from "./lane-host.js";
import { type Admitted, commandsOf, type Publication, refusedBy, type Submission } from "./publication.js";

/** What a lane knows of its session while it is loaded. */
interface Loaded {
  readonly info: SessionInfo;
  /** Of the timeline; renewed by a repair. */
  epoch: string;
  timeline: Timeline;
  /** The revision that the store will be at when all that was taken is durable. */
  revision: number;
  /** The last ordinal that was given. */
  ordinal: bigint;
}

/** What a repair makes of a timeline. */
export interface TimelineRepair {
  readonly timeline: Timeline;
  /** Whether it takes the place of the whole timeline, or has the changes of it. */
  readonly replace: boolean;
  readonly failures: readonly Failure[];
}

/** A lane that waits while its timeline is repaired. */
export interface HeldLane extends Readonly<Loaded> {
  /** Makes the repair durable, and tells clients to begin anew. Throws ORDINAL_CONFLICT or STORE_FAILED. */
  commit(repair: TimelineRepair): Promise<void>;
}

/** Events beyond this many wait before they are projected, so that a batch stays bounded. */
const maxBatch = 256;

/** Conflicts in a row after which an event is refused rather than tried again. */
const maxConflicts = 100;

/** Where a session's events and timeline stand. */
export interface LaneStatus {
  readonly info: SessionInfo;
  readonly ordinal: bigint;
  readonly cursor: bigint;
  /** The timeline in memory. */
  readonly view: TimelineView;
}

/**
 * The one place where the order of a session is made. Publishing gives an event
 * its ordinal and projects it over the timeline in memory, in the same step, so
 * that nothing can come between; the committer then makes durable what has
 * gathered, and only then is it fanned out and the publisher told.
 *
 * The memory is thrown away and read again from the store whenever a commit
 * does not succeed: after a conflict the events are ordered and projected anew,
 * after any other failure those of the batch are refused.
 */
export class Lane implements Committing {
  readonly id: string;
  readonly #core: HubCore;
  #loaded: Loaded | undefined;
  #loading: Promise<void> | undefined;
  /** Not yet ordered: the session loads, or is held, or the batch is full. */
  #waiting: Publication[] = [];
  #admitted: Admitted[] = [];
  #committing: Admitted[] = [];
  #conflicts = 0;
  #admitting = false;
  readonly #hold = new Hold();

  constructor(id: string, core: HubCore) {
    this.id = id;
    this.#core = core;
  }

  get isIdle(): boolean {
    return !this.#hold.isHeld && this.#loading === undefined && this.#isDrained && this.#waiting.length === 0;
  }

  /** Takes an event into the order. The publication hears of the outcome. */
  publish(publication: Publication): void {
    this.#waiting.push(publication);
    this.#admitWaiting();
  }

  /** Loads the session where it is not, and says where it stands. */
  async status(): Promise<LaneStatus> {
    const { info, ordinal, timeline } = await this.#load();
    return { info, ordinal, cursor: timeline.cursor, view: timeline.view };
  }

  /**
   * Does work on the timeline while nothing else changes it; events published
   * meanwhile wait. The work is done again, from what the store has then, where
   * another process commits to the session in between.
   */
  exclusively<T>(work: (held: HeldLane) => Promise<T>): Promise<T> {
    return this.#exclusively((loaded) => work({ ...loaded, commit: (repair) => this.#commitRepair(loaded, repair) }));
  }

  /**
   * Makes durable that work under a key is done that published nothing. Throws
   * ALREADY_SUBMITTED where another process was first, ORDINAL_CONFLICT or
   * STORE_FAILED.
   */
  record({ key, fingerprint }: Submission): Promise<void> {
    return this.#exclusively(async (loaded) => {
      const { ordinal, timeline } = loaded;
      const command = { key, fingerprint, firstOrdinal: ordinal, lastOrdinal: ordinal };
      await this.#commitAlone(this.#batch(loaded, [], { timeline, replace: false, failures: [] }, [command]));
    });
  }

  async #exclusively<T>(work: (loaded: Loaded) => Promise<T>): Promise<T> {
    await this.#hold.take(() => this.#isDrained);
    try {
      for (let conflicts = 0; ; conflicts++) {
        try {
          return await work(await this.#load());
        } catch (thrown) {
          this.#loaded = undefined;
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
    const loaded = this.#loaded;
    if (loaded === undefined || this.#admitted.length === 0) return undefined;
    this.#committing = this.#admitted;
    this.#admitted = [];
    const batch = this.#batch(
      loaded,
      this.#committing.map(({ stored }) => stored),
      {
        timeline: loaded.timeline,
        replace: false,
        failures: this.#committing.flatMap(({ failures }) => failures),
      },
      commandsOf(this.#committing),
    );
    this.#admitWaiting();
    return batch;
  }

  settle(outcome: Error | undefined): void {
    const settled = this.#committing;
    this.#committing = [];
    if (outcome === undefined) {
      this.#conflicts = 0;
      for (const { stored, uiEvents, failures, publication } of settled) {
        const { ordinal, name } = stored;
        if (publication.submission !== undefined) {
          publication.submission.firstOrdinal ??= ordinal;
          publication.submission.claim();
        }
        this.#reportAll(failures);
        this.#core.observe?.({ mode: "live", step: "commit", sessionId: this.id, name, ordinal });
        this.#core.fanOut({ sessionId: this.id, ordinal, events: uiEvents, isReset: false });
        this.#core.observe?.({
          mode: "live",
          step: "fanout",
          sessionId: this.id,
          name,
          ordinal,
          count: uiEvents.length,
        });
        publication.resolve({ ordinal });
      }
    } else {
      this.#startOver(settled, outcome);
    }
    this.#hold.changed();
  }

  get #isDrained(): boolean {
    return this.#admitted.length === 0 && this.#committing.length === 0;
  }

  #admitWaiting(): void {
    // A projection that publishes, which it must not, finds its turn after the event that it projects.
    if (this.#hold.isHeld || this.#admitting || this.#waiting.length === 0) return;
    if (this.#loaded === undefined) {
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
      this.#admit(this.#loaded, next);
    }
    this.#waiting.splice(0, taken);
    this.#admitting = false;
    if (this.#admitted.length > 0) this.#core.committer.schedule(this);
    else this.#hold.changed();
  }

  /** What work under a key published in one turn is not parted, however much it is. */
  #hasRoomFor({ submission }: Publication): boolean {
    if (this.#admitted.length < maxBatch) return true;
    return submission !== undefined && submission === this.#admitted.at(-1)?.publication.submission;
  }

  #admit(loaded: Loaded, publication: Publication): void {
    const { info, timeline } = loaded;
    const { name, version, payload, type, encoded } = publication;
    const ordinal = loaded.ordinal + 1n;
    const time = Date.now();
    const event: BackendEvent = { name, payload, ordinal, time, session: info };
    const failures: Failure[] = [];
    let uiEvents: readonly UiEvent[];
    try {
      uiEvents = this.#core.projection.ui(event, timeline.view, failures);
    } catch (error) {
      this.#report("ui-projection", ordinal, name, error);
      publication.reject(error as Error);
      return;
    }
    this.#core.observe?.({ mode: "live", step: "order", sessionId: this.id, name, ordinal });
    // A timeline that stopped before an event waits for a retry.
    if (timeline.cursor === loaded.ordinal) this.#core.projection.timeline(event, timeline, failures);
    loaded.ordinal = ordinal;
    this.#admitted.push({
      publication,
      stored: { ordinal, name, version, type, payload: encoded, time },
      uiEvents,
      failures,
    });
  }

  #batch(
    loaded: Loaded,
    events: readonly StoredEvent[],
    repair: TimelineRepair,
    commands: readonly StoredCommand[] = [],
  ): SessionBatch {
    return {
      sessionId: this.id,
      revision: loaded.revision++,
      metadata: loaded.info.metadata as JsonObject,
      events,
      cursor: repair.timeline.cursor,
      epoch: loaded.epoch,
      entities: repair.replace ? repair.timeline.stored() : repair.timeline.takeChanges(),
      replaceTimeline: repair.replace,
      errors: repair.failures.map(({ record }) => record),
      commands,
    };
  }

  async #commitRepair(loaded: Loaded, repair: TimelineRepair): Promise<void> {
    loaded.epoch = crypto.randomUUID();
    await this.#commitAlone(this.#batch(loaded, [], repair));
    repair.timeline.dropChanges();
    loaded.timeline = repair.timeline;
    this.#reportAll(repair.failures);
    const { cursor } = repair.timeline;
    this.#core.fanOut({ sessionId: this.id, ordinal: cursor, events: [], isReset: true });
  }

  async #commitAlone(batch: SessionBatch): Promise<void> {
    const [outcome] = await this.#core.store.commit([batch]).catch((thrown: unknown) => [thrown]);
    if (outcome !== undefined) throw toStoreError(outcome, { sessionId: this.id });
  }

  async #load(): Promise<Loaded> {
    if (this.#loaded !== undefined) return this.#loaded;
    this.#loading ??= this.#read().finally(() => {
      this.#loading = undefined;
      this.#hold.changed();
    });
    await this.#loading;
    return this.#load();
  }

  async #read(): Promise<void> {
    const { store, registry } = this.#core;
    const stored = await store.load(this.id);
    const metadata = stored?.metadata ?? (await this.#core.sessionMetadata(this.id));
    this.#loaded = {
      info: { id: this.id, metadata },
      epoch: stored?.epoch ?? crypto.randomUUID(),
      timeline: new Timeline(registry, stored?.cursor, stored?.entities),
      revision: stored?.revision ?? 0,
      ordinal: stored?.ordinal ?? 0n,
    };
    this.#admitWaiting();
  }

  #startOver(settled: readonly Admitted[], outcome: Error): void {
    const isConflict = isSessionstreamError(outcome, "ORDINAL_CONFLICT");
    const again = isConflict && ++this.#conflicts <= maxConflicts;
    if (!again) this.#conflicts = 0;
    const refused = again ? [] : refusedBy(outcome, settled);
    const redo = [...settled.filter((each) => !refused.includes(each)), ...this.#admitted].map(
      ({ publication }) => publication,
    );
    this.#waiting = [...redo, ...this.#waiting];
    this.#admitted = [];
    this.#loaded = undefined;
    const error = toStoreError(outcome, { sessionId: this.id });
    for (const { publication, stored } of refused) {
      // That another process did the same work first is no failure.
      if (!isSessionstreamError(outcome, "ALREADY_SUBMITTED")) {
        this.#report(isConflict ? "ordinal" : "store", stored.ordinal, stored.name, error);
      }
      publication.reject(error);
    }
    this.#admitWaiting();
  }

  #reportAll(failures: readonly Failure[]): void {
    for (const { record, error } of failures) this.#report(record.step, record.ordinal, record.name, error);
  }

  #report(step: FailedStep, ordinal: bigint, name: string, error: unknown): void {
    this.#core.report({ step, sessionId: this.id, ordinal, name, error });
  }
}
