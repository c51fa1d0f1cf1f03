import { isTurnOver, nextTurn } from "../../../base/turns.js";
import { isSameSession } from "../../../session/epoch.js";
import { resetBatch } from "../../../session/ui-batch.js";
import type { SessionHead } from "../../../store/stored.js";
import type { TimelineView } from "../../../timeline/view.js";
import { askForEntities } from "./ask.js";
import { catchUp } from "./follow.js";
import { type LaneState, loadState, reportUnknown } from "./lane-state.js";
import type { SessionHost } from "./session-host.js";

/** After how long a reading that failed is tried again for those who follow, in milliseconds. */
const pause = 250;

/** What a lane knows of its session: read from the store when it is first needed, and again when it is of no use. */
export class LoadedSession {
  readonly #id: string;
  readonly #host: SessionHost;
  readonly #onRead: (error?: Error) => void;
  readonly #onDeleted: () => void;
  #state: LaneState | undefined;
  /** The last state that there was: for readers, while another is read. */
  #seen: LaneState | undefined;
  #reading: Promise<void> | undefined;
  /** How many readings have begun, and which was the last that is over. */
  #readings = 0;
  #lastRead = 0;
  #followers = 0;
  /** Whether those who follow may lack something, because a reading failed. */
  #hasMissed = false;
  /** The revision that the store is known to have reached; infinite where it is not known. */
  #moved = 0;
  /** The timeline as the lane has it, live. Read it only once the session is loaded. */
  readonly timeline: TimelineView = {
    get: (entity, id) => this.#seen?.timeline.get(entity, id),
    list: (entity) => this.#seen?.timeline.list(entity) ?? [],
  };

  /**
   * `onRead` is called when a reading is over, with what it failed for. `onDeleted` is called when a reading finds that the
   * session was deleted, before anybody hears of another one under its id.
   */
  constructor(id: string, host: SessionHost, onRead: (error?: Error) => void, onDeleted: () => void) {
    this.#id = id;
    this.#host = host;
    this.#onRead = onRead;
    this.#onDeleted = onDeleted;
  }

  /** Undefined where it is not loaded. */
  get state(): LaneState | undefined {
    return this.#state;
  }

  /** Nothing may be ordered meanwhile. */
  get isReading(): boolean {
    return this.#reading !== undefined;
  }

  get isFollowed(): boolean {
    return this.#followers > 0;
  }

  /** Somebody follows the session, until the returned function is called. */
  follow(): () => void {
    this.#followers++;
    this.load().catch(() => this.#tryLater());
    let isOver = false;
    return () => {
      if (!isOver) this.#followers--;
      isOver = true;
    };
  }

  /** The store has come to a revision, or to one that is not known, or has deleted the session. */
  moved(revision = 0): void {
    this.#moved = Math.max(this.#moved, revision === 0 ? Number.POSITIVE_INFINITY : revision);
  }

  /** Takes over what moved, if somebody follows. To be called when nothing stands in the way. */
  takeMoves(): void {
    if (!this.isFollowed || this.#moved <= (this.#state?.revision ?? 0)) return;
    this.#moved = 0;
    const taken = this.#state === undefined ? this.load() : this.read(() => this.catchUp());
    taken.catch(() => this.#tryLater());
  }

  /** What fails is told to whoever next uses the session. Those who follow may not use it. */
  #tryLater(): void {
    this.#hasMissed = true;
    const timer: unknown = setTimeout(() => {
      this.moved();
      this.#onRead();
    }, pause);
    (timer as { unref?(): void }).unref?.();
  }

  /** Loads the session where it is not, and waits until no reading goes on. */
  async load(): Promise<LaneState> {
    while (this.#reading !== undefined || this.#state === undefined) {
      await (this.#reading ?? this.read(() => this.#load()));
    }
    return this.#state;
  }

  /** The state is of no use any more. */
  drop(): void {
    this.#state = undefined;
  }

  /** Loads the session whatever this process had of it. */
  async loadAnew(): Promise<void> {
    while (this.#reading !== undefined) await this.#reading.catch(() => {});
    await this.read(() => this.#load({ isAnew: true }));
  }

  /** The session was deleted: what is known of it is read again, if anything is. */
  async deleted(): Promise<void> {
    while (this.#reading !== undefined) await this.#reading.catch(() => {});
    if (this.#seen !== undefined || this.isFollowed) await this.read(() => this.catchUp());
  }

  /** One reading at a time: to be called when none goes on. */
  read(work: () => Promise<void>): Promise<void> {
    const reading = ++this.#readings;
    const over = (error?: Error) => {
      this.#reading = undefined;
      this.#lastRead = reading;
      this.#onRead(error);
    };
    this.#reading = work();
    this.#reading.then(() => over(), over);
    return this.#reading;
  }

  /** Looks how far the store has come. Whether the state lacks something of that can change until it is asked. */
  async behind(looked?: { readonly head: SessionHead | undefined }): Promise<() => boolean> {
    // Whoever loads it now sees all that the store has.
    if (this.#state === undefined && this.#reading === undefined) return () => false;
    const readings = this.#readings;
    const wasThere = (this.#state?.durable.revision ?? 0) > 0;
    // Where there was nothing, the session may have begun here since; or it was deleted, which only another look can tell.
    const isLooked = looked !== undefined && (looked.head !== undefined || !wasThere);
    const stored = isLooked ? looked.head : await this.#host.store.session(this.#id);
    return () => {
      if (stored === undefined && !wasThere) return false;
      if (this.#state === undefined) return this.#reading !== undefined;
      // What was read since is newer than what was seen then.
      if (this.#lastRead > readings) return false;
      const { durable, epoch } = this.#state;
      if (stored === undefined || !isSameSession(epoch, stored.epoch)) return true;
      return durable.revision < stored.revision || (durable.revision === stored.revision && epoch !== stored.epoch);
    };
  }

  /** Within a reading: takes over what other processes committed. The state must have nothing that is not durable. */
  async catchUp(): Promise<void> {
    const state = this.#state;
    try {
      if (state !== undefined && (await catchUp(this.#host, state))) {
        await askForEntities(this.#host, state);
        return;
      }
    } catch (thrown) {
      this.drop();
      throw thrown;
    }
    this.drop();
    await this.#load();
  }

  async #load({ isAnew = false } = {}): Promise<void> {
    // Ten thousand sessions may come into the memory at once.
    if (isTurnOver()) await nextTurn();
    const before = this.#seen;
    const state = await loadState(this.#host, this.#id, isAnew ? undefined : before);
    await askForEntities(this.#host, state);
    this.#state = state;
    this.#seen = state;
    const { stop } = state;
    if (stop?.reason === "unknown" && stop.ordinal !== before?.stop?.ordinal) reportUnknown(this.#host, this.#id, stop);
    if (before !== undefined && before.durable.revision > 0 && !isSameSession(before.epoch, state.epoch))
      this.#onDeleted();
    const isElsewhere =
      before !== undefined && (before.durable.revision !== state.revision || before.epoch !== state.epoch);
    if (!isElsewhere && !this.#hasMissed) return;
    this.#hasMissed = false;
    // Who follows the session lacks what was committed in between.
    this.#host.fanOut(resetBatch(this.#id, state.timeline.cursor, this.#host.now()));
  }
}
