import { isSessionstreamError } from "../../../base/errors.js";
import type { SessionBatch } from "../../../store/batch.js";
import { toStoreError } from "../../../store/store-error.js";
import type { SessionHead } from "../../../store/stored.js";
import type { TimelineView } from "../../../timeline/view.js";
import { Checkpoints } from "../../project/checkpoints.js";
import type { SessionImage } from "../../project/session-image.js";
import { admit } from "./admit.js";
import type { Committing } from "./committer.js";
import type { HeldLane, LaneStatus } from "./held-lane.js";
import { Hold } from "./hold.js";
import {
  type CommitContent,
  imageOf,
  type LaneState,
  nextBatch,
  noteDurable,
  positionOf,
  revert,
} from "./lane-state.js";
import { LoadedSession } from "./loaded-session.js";
import {
  Conflicts,
  despiteConflicts,
  foundCommitted,
  refuse,
  sessionDeleted,
  settled,
  wasCommitted,
} from "./outcome.js";
import { type Admitted, contentOf, hasRoom, type Publication, publicationsOf, type Taken } from "./publication.js";
import { forgetRuns, notePastRuns, type OpenRuns } from "./runs.js";
import type { SessionHost } from "./session-host.js";

/**
 * The one place where the order of a session is made. The lane gives an event its
 * ordinal and projects it over the timeline in memory, in the same step, so that
 * nothing can come between. The committer then makes durable what has gathered.
 * Only then does the lane fan it out and tell the publisher.
 *
 * When a commit does not succeed, the lane goes back to what is durable. After a
 * conflict it takes over what other processes committed, event by event, and then
 * orders and projects its own anew. After any other failure it refuses the events
 * of the batch.
 */
export class Lane implements Committing {
  readonly id: string;
  readonly #host: SessionHost;
  readonly #session: LoadedSession;
  /** Not yet ordered: the session is read, or is held, or the batch is full. */
  #waiting: Publication[] = [];
  #admitted: Admitted[] = [];
  #taken: Taken | undefined;
  readonly #conflicts = new Conflicts();
  #admitting = false;
  #isToFlush = false;
  #hasLeft = false;
  #refusal: Error | undefined;
  readonly #hold = new Hold();
  readonly #onDeleted: (error: Error) => void;
  #deletions = 0;

  /** `onDeleted` is called when the session was deleted, with what its work is refused with. */
  constructor(id: string, host: SessionHost, onDeleted: (error: Error) => void) {
    this.id = id;
    this.#host = host;
    this.#session = new LoadedSession(
      id,
      host,
      (error) => this.#haveRead(error),
      () => this.#sessionDeleted(),
    );
    this.#onDeleted = onDeleted;
  }

  /** The timeline as the lane has it, live. Read it only once the session is loaded. */
  get timeline(): TimelineView {
    return this.#session.timeline;
  }

  /** The runs that have not ended, as the lane knows them. */
  get runs(): OpenRuns {
    return this.#session.state?.runs ?? new Map();
  }

  /** About how many bytes its timeline takes in memory. */
  get bytes(): number {
    return this.#session.state?.timeline.bytes ?? 0;
  }

  get isIdle(): boolean {
    return !this.#session.isFollowed && this.#isSettled;
  }

  /** Takes events, or what decides them, into the order. The publication hears of the outcome. */
  enqueue(publication: Publication): void {
    if (this.#refusal !== undefined) {
      publication.reject(this.#refusal);
      return;
    }
    if (!this.#isCurrent(publication)) return;
    this.#waiting.push(publication);
    this.#admitWaiting();
  }

  /** Takes nothing from now on. What it took already goes its way. */
  refuse(error: Error): void {
    this.#refusal = error;
  }

  get refusal(): Error | undefined {
    return this.#refusal;
  }

  /** How often the session was deleted under this lane: what was begun before belongs to a session that is no more. */
  get deletions(): number {
    return this.#deletions;
  }

  /**
   * Deletes the session. What waits is refused, and what comes meanwhile without a command or a run begins the session
   * anew. Resolves to whether the store had it.
   * @throws STORE_FAILED: it may be gone all the same.
   */
  async delete(): Promise<boolean> {
    // What goes on ends at once, and what begins until the session is gone ends then.
    this.#sessionDeleted();
    for (const { reject } of this.#waiting.splice(0)) reject(sessionDeleted(this.id));
    return this.#whileHeld(async () => {
      const deletions = this.#deletions;
      try {
        const isThere = await this.#host.store.delete(this.id);
        await this.#session.deleted();
        if (this.#deletions === deletions) this.#sessionDeleted();
        return isThere;
      } catch (thrown) {
        // It may be gone: whoever uses it next finds out.
        this.#session.drop();
        this.#session.moved();
        throw toStoreError(thrown, { sessionId: this.id });
      }
    });
  }

  /**
   * Keeps the session loaded, and fans out what other processes commit to it, until the
   * returned function is called.
   */
  follow(): () => void {
    return this.#session.follow();
  }

  /** Calls the listener when what is durable may have changed. Returns what ends that. */
  listen(listener: () => void): () => void {
    return this.#hold.listen(listener);
  }

  /** Resolves when all that is committed from now on will be fanned out, or where nobody follows. */
  async followed(): Promise<void> {
    if (this.#session.isFollowed) await this.#session.load();
  }

  /** The store has come to a revision, or to one that is not known. */
  moved(revision?: number): void {
    this.#session.moved(revision);
    this.#takeMoves();
  }

  /** Makes sure that what the lane knows is at least as new as what the store has now, or had when it was looked at. */
  async refresh(looked?: { readonly head: SessionHead | undefined }): Promise<void> {
    const isBehind = await this.#session.behind(looked);
    while (isBehind()) {
      if (this.#session.isReading) await this.#session.load();
      else if (this.#isFree) await this.#session.read(() => this.#session.catchUp());
      // It is ours and about to be settled, or what is about to be committed finds out that it comes too late.
      else await this.#hold.change();
    }
  }

  /** Loads the session where it is not, and says where it stands. */
  async status(): Promise<LaneStatus> {
    const { info, epoch, ordinal, timeline, stop } = await this.#session.load();
    return { info, epoch, ordinal, cursor: timeline.cursor, stop, view: timeline.view };
  }

  /** What is durable, at least as new as the store is now. */
  async image(): Promise<SessionImage> {
    await this.refresh();
    return imageOf(await this.#session.load());
  }

  /**
   * Does work on the session while nothing else changes it; events published
   * meanwhile wait. The work is done again, from what the store has then, where
   * another process commits to the session in between.
   */
  exclusively<T>(work: (held: HeldLane) => Promise<T>): Promise<T> {
    return this.#whileHeld(() =>
      despiteConflicts(
        async () => {
          const state = await this.#session.load();
          return work({ state, commit: (content) => this.#commit(state, content) });
        },
        () => {
          this.#session.drop();
          this.#session.moved();
        },
      ),
    );
  }

  /** Loads the session as if it had not been in memory. */
  loadAnew(): Promise<void> {
    return this.#whileHeld(() => this.#session.loadAnew());
  }

  /** Resolves when every event that was published is durable or refused. */
  async idle(): Promise<void> {
    while (!this.#isSettled) await this.#hold.change();
  }

  /** The revision that the lane knows of. */
  get revision(): number {
    return this.#session.state?.revision ?? 0;
  }

  /**
   * Stores the entities that lag behind the log, if this process was the last that committed events or others wait for
   * them, and nothing else goes on. Otherwise it is left to whoever commits later.
   */
  flush(): void {
    const { state } = this.#session;
    if (!this.#isSettled || state === undefined || state.foreign !== undefined) return;
    if (!state.lag.isOurs && !state.lag.isWanted) return;
    this.#isToFlush = true;
    this.#host.committer.schedule(this);
  }

  /** The session leaves the memory. Whoever uses it next has another lane, which takes over what comes from now on. */
  leave(): void {
    this.#hasLeft = true;
    this.flush();
  }

  takeBatch(): SessionBatch | undefined {
    const { state } = this.#session;
    const admitted = this.#admitted;
    const isFlush = this.#isToFlush && this.#isSettled;
    this.#isToFlush = false;
    if (state === undefined || (admitted.length === 0 && !isFlush)) return undefined;
    this.#admitted = [];
    const content = contentOf(admitted);
    if (content === undefined && !isFlush) {
      // Decisions without events stand on what is durable already.
      for (const each of admitted) settled(this.#host, this.id, each);
      this.#goOn();
      return undefined;
    }
    const taken: Taken = { admitted };
    this.#taken = taken;
    const batch = nextBatch(this.#host, state, content ?? {}, isFlush);
    taken.given = { batch, position: positionOf(state) };
    this.#admitWaiting();
    return batch;
  }

  settle(outcome: Error | undefined): void {
    const taken = this.#taken;
    const { state } = this.#session;
    this.#taken = undefined;
    if (taken === undefined || state === undefined) return;
    if (outcome === undefined) {
      this.#conflicts.end();
      const { batch, position } = taken.given ?? {};
      if (batch !== undefined && position !== undefined) noteDurable(this.#host, state, batch, position);
      for (const each of taken.admitted) settled(this.#host, this.id, each);
      if (state.lag.isOurs) this.#host.quiet.add(this);
      if (this.#isDrained) forgetRuns(state);
      if (batch !== undefined && batch.runs.length > 0) this.#host.runs.written(this.id, batch.runs);
      this.#takeMoves();
    } else if (taken.admitted.length === 0 && this.#admitted.length === 0) {
      revert(state);
      // Whoever committed in between, or commits next, sees to the entities; but it may have failed to fold.
      if (isSessionstreamError(outcome, "ORDINAL_CONFLICT") && !this.#hasLeft) this.#catchUp();
      else this.#goOn();
    } else {
      this.#startOver(state, taken, outcome);
    }
    this.#hold.tell();
    if (taken.given !== undefined && taken.given.batch.entities.length > 0) this.#host.resized(this.id);
  }

  get #isDrained(): boolean {
    return this.#admitted.length === 0 && this.#taken === undefined;
  }

  /** Whether nothing goes on that a reading would disturb. */
  get #isFree(): boolean {
    return this.#isDrained && !this.#hold.isHeld && !this.#session.isReading;
  }

  get #isSettled(): boolean {
    return this.#isFree && this.#waiting.length === 0;
  }

  /** What waits for a reading that failed is refused. */
  #haveRead(error: Error | undefined): void {
    if (error !== undefined) for (const publication of this.#waiting.splice(0)) publication.reject(error);
    const { state } = this.#session;
    if (state !== undefined && this.#isDrained) this.#host.runs.read(this.id, state.runs);
    this.#goOn();
    if (state?.lag.isWanted) this.flush();
    this.#hold.tell();
    this.#host.resized(this.id);
  }

  #catchUp(): void {
    void this.#session.read(() => this.#session.catchUp().catch(() => this.#session.moved()));
  }

  /** Something is over that others waited for. */
  #goOn(): void {
    this.#admitWaiting();
    this.#takeMoves();
    this.#hold.changed();
  }

  #sessionDeleted(): void {
    this.#deletions++;
    this.#waiting = this.#waiting.filter((each) => this.#isCurrent(each));
    this.#onDeleted(sessionDeleted(this.id));
  }

  /** What is of work that began before the session was deleted is refused. */
  #isCurrent({ since = this.#deletions, reject }: Publication): boolean {
    if (since < this.#deletions) reject(sessionDeleted(this.id));
    return since === this.#deletions;
  }

  #admitWaiting(): void {
    // A projection that publishes, which it must not, finds its turn after the event that it projects.
    if (this.#hold.isHeld || this.#admitting || this.#session.isReading || this.#waiting.length === 0) return;
    const { state } = this.#session;
    if (state === undefined) {
      // A failure is told to the publications that wait.
      this.#session.load().catch(() => {});
      return;
    }
    this.#admitting = true;
    // Refused events leave room for more.
    let taken = 0;
    for (
      let next = this.#waiting[0];
      next !== undefined && hasRoom(this.#admitted, next);
      next = this.#waiting[++taken]
    ) {
      admit(this.#host, state, next, this.#admitted);
    }
    this.#waiting.splice(0, taken);
    this.#admitting = false;
    if (this.#admitted.length > 0) this.#host.committer.schedule(this);
    else this.#hold.changed();
  }

  /** Nothing else is admitted or committed meanwhile. */
  async #whileHeld<T>(work: () => Promise<T>): Promise<T> {
    await this.#hold.take(() => this.#isDrained);
    try {
      return await work();
    } finally {
      this.#hold.release();
      this.#goOn();
      this.#hold.tell();
    }
  }

  async #commit(state: LaneState, content: CommitContent): Promise<void> {
    const batch = nextBatch(this.#host, state, content, true);
    const [outcome] = await this.#host.store.commit([batch]).catch((thrown: unknown) => [thrown]);
    if (outcome !== undefined) throw toStoreError(outcome, { sessionId: this.id });
    const { newEpoch, replacement } = content;
    if (newEpoch !== undefined) state.epoch = newEpoch;
    if (replacement !== undefined) {
      replacement.dropChanges();
      state.timeline = replacement;
      state.checkpoints = new Checkpoints(undefined, state.ordinal);
    }
    noteDurable(this.#host, state, batch, positionOf(state));
  }

  /** Takes over what other processes committed, for those who follow, once nothing stands in the way. */
  #takeMoves(): void {
    if (this.#isSettled) this.#session.takeMoves();
  }

  /** The store does not have what it was given, or does not say so. */
  #startOver(state: LaneState, { admitted, given }: Taken, outcome: Error): void {
    const redo = [...admitted, ...this.#admitted];
    this.#admitted = [];
    revert(state);
    const { revision } = state;
    void this.#session.read(async () => {
      const isIn = await wasCommitted(this.#host, given?.batch, outcome);
      await this.#session.catchUp().catch(() => this.#session.moved());
      await notePastRuns(this.#host.store, this.#session.state, given?.batch, outcome);
      if (this.#session.state?.revision !== revision) this.#conflicts.end();
      const done = isIn ? admitted : [];
      // First, as what is of a session that is no more is refused for no other reason.
      const current = publicationsOf(redo, done).filter((each) => this.#isCurrent(each));
      const refused = isIn ? [] : this.#conflicts.refused(admitted, outcome);
      const again = new Set(publicationsOf(redo, [...done, ...refused]));
      this.#waiting = [...current.filter((each) => again.has(each)), ...this.#waiting];
      foundCommitted(this.#host, this.id, done);
      refuse(this.#host, this.id, refused, outcome);
    });
  }
}
