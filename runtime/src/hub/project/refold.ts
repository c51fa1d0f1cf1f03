import type { SchemaRegistry } from "../../schema/registry.js";
import type { SessionInfo } from "../../session/session-info.js";
import type { TimelineStop } from "../../session/timeline-stop.js";
import { readLog } from "../../store/read-log.js";
import type { StoredTimeline } from "../../store/stored.js";
import { TrackedTimeline } from "../../timeline/tracked-timeline.js";
import { compareTimelines } from "./compare-timelines.js";
import type { Failure } from "./fold.js";
import { type FoldSource, skippedEvents } from "./stored-fold.js";

/** What the log of a session is folded again with. */
export interface RefoldSource extends FoldSource {
  readonly registry: SchemaRegistry;
}

/** How many entities another fold of a log has more than the stored timeline, otherwise, and no more. */
export interface FoldDifference {
  readonly added: number;
  readonly changed: number;
  readonly gone: number;
}

/**
 * Folds the log of a session again, from its beginning, where its timeline was folded under another schema or version.
 * Compares what it has with the stored timeline where that ends.
 */
export class Refold {
  readonly timeline: TrackedTimeline;
  readonly failures: Failure[] = [];
  /** Where the timeline stops, if it does. */
  stop: TimelineStop | undefined;
  readonly #source: RefoldSource;
  readonly #info: SessionInfo;
  readonly #stored: StoredTimeline;
  #difference: FoldDifference | undefined;

  constructor(source: RefoldSource, info: SessionInfo, stored: StoredTimeline) {
    this.#source = source;
    this.#info = info;
    this.#stored = stored;
    this.timeline = new TrackedTimeline(source.registry);
  }

  /** Folds on, up to an ordinal. */
  async to(ordinal: bigint): Promise<void> {
    const { fold, store } = this.#source;
    const { id } = this.#info;
    const { timeline, failures } = this;
    const skipped = await skippedEvents(this.#source, id, 0n);
    for await (const event of readLog(store, id, timeline.cursor)) {
      if (this.stop !== undefined || event.ordinal > ordinal) break;
      if (event.ordinal > this.#stored.cursor) await this.difference();
      if (skipped.has(event.ordinal)) timeline.cursor = event.ordinal;
      else this.stop = fold.applyStored(event, this.#info, timeline, failures);
      // Otherwise all that was ever deleted would stay in memory.
      timeline.dropChanges();
    }
    await this.difference();
  }

  /** What is other than in the stored timeline. What follows from events above the end of that does not count. */
  async difference(): Promise<FoldDifference> {
    this.#difference ??= await this.#compare();
    return this.#difference;
  }

  /** Whether the stored timeline is what was folded, as far as it goes: up to its cursor, and to where it stops. */
  async isStored(): Promise<boolean> {
    const { added, changed, gone } = await this.difference();
    const { cursor, failedAt } = this.#stored;
    if (added + changed + gone > 0 || this.timeline.cursor < cursor) return false;
    return failedAt === undefined || (this.stop?.reason === "failed" && this.stop.ordinal === failedAt);
  }

  async #compare(): Promise<FoldDifference> {
    const { entities, foldedUnder } = this.#stored;
    let [added, changed, gone] = [0, 0, 0];
    // Releases that did not say what they folded under may have kept no positions either.
    const hasPositions = foldedUnder !== undefined;
    for await (const { stored, folded } of compareTimelines(entities, this.timeline.eachStored(), { hasPositions })) {
      if (stored === undefined) added++;
      else if (folded === undefined) gone++;
      else changed++;
    }
    return { added, changed, gone };
  }
}
