/** What has stored less than it knows. */
export interface Lagging {
  /** Moves on with each commit. */
  readonly revision: number;
  /** Stores what is not stored yet, where that is for this process to do. */
  flush(): void;
  /** Resolves when nothing goes on. */
  idle(): Promise<void>;
}

/** How long nothing is committed to a session before its entities are stored, in milliseconds, at least. */
const quiet = 1000;

/** The lanes whose entities lag behind the log, to be stored once the sessions are quiet: those of all at once. */
export class QuietLanes {
  /** With the revision that each had when it was last looked at. */
  readonly #lanes = new Map<Lagging, number | undefined>();
  #timer: ReturnType<typeof setInterval> | undefined;

  add(lane: Lagging): void {
    if (this.#lanes.has(lane)) return;
    this.#lanes.set(lane, undefined);
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#look(), quiet);
    this.#timer.unref();
  }

  /** Stores what all have, and waits for none to be quiet. Returns them. */
  flush(): readonly Lagging[] {
    const lanes = [...this.#lanes.keys()];
    for (const lane of lanes) lane.flush();
    this.#lanes.clear();
    this.#look();
    return lanes;
  }

  #look(): void {
    for (const [lane, revision] of this.#lanes) {
      if (lane.revision !== revision) {
        this.#lanes.set(lane, lane.revision);
        continue;
      }
      this.#lanes.delete(lane);
      lane.flush();
    }
    if (this.#lanes.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
