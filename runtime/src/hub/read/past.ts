import { isSessionstreamError } from "../../base/errors.js";
import type { StoredPast } from "../../store/checkpoint.js";
import { isFoldedOtherwise } from "../../store/folded-under.js";
import { readFoldErrors } from "../../store/read-errors.js";
import { readLog } from "../../store/read-log.js";
import type { Store } from "../../store/store.js";
import type { Checkpoint, StoredEvent, StoredSession } from "../../store/stored.js";
import { mergeInTurns } from "../../timeline/merge-in-turns.js";
import type { SkippedEvent, Snapshot } from "../../timeline/snapshot.js";
import { snapshotOf } from "../../timeline/snapshot-of.js";
import { TracedTimeline } from "../../timeline/traced-timeline.js";
import { checkpointDistance } from "../project/checkpoint-distance.js";
import { Checkpoints } from "../project/checkpoints.js";
import type { SessionImage } from "../project/session-image.js";
import { foldPast } from "./fold-past.js";
import type { HistorySource } from "./history-source.js";

/**
 * What the timeline was after the event at an ordinal: folded from the newest checkpoint at or below it. Where the way from
 * there is long, it leaves checkpoints on it, so that only the first look into an old log takes long.
 */
export async function readPast(source: HistorySource, image: SessionImage, asOf: bigint): Promise<Snapshot> {
  const { store, registry, reader, past } = source;
  const { info, stop } = image;
  // Else this process alone has such a timeline, and checkpoints are of that of the others.
  const isCommon = image.epoch !== "";
  // First, as what is read later may be of another timeline, of which it must not leave any.
  const stored = await store.session(info.id);
  // What a newer program has folded there is not for this one.
  const known = stop?.reason === "unknown" && stop.ordinal <= asOf ? stop.ordinal - 1n : asOf;
  const from = isCommon ? await readCheckpoint(source, info.id, known) : undefined;
  const timeline = new TracedTimeline(registry, from?.checkpoint.ordinal);
  await mergeInTurns(timeline, from?.entities ?? [], timeline.cursor);
  const onRecord = source.isAdvancing ? await failedEvents(store, info.id) : noEvents;
  const skipped = [...onRecord.values()].filter(({ ordinal }) => ordinal <= timeline.cursor);
  const isLong = isCommon && asOf - timeline.cursor >= checkpointDistance;
  const trail =
    isLong && stored !== undefined ? new Trail(source, info.id, stored, timeline, from?.checkpoint) : undefined;
  for await (const event of readLog(store, info.id, timeline.cursor)) {
    if (event.ordinal > asOf) break;
    const skip = foldPast(past, event, info, timeline);
    if (skip !== undefined) skipped.push(skip);
    // All others have it, and go on without what is on record.
    const isCommonHere = reader.isKnown(event.name) && (skip !== undefined) === onRecord.has(event.ordinal);
    if (!isCommonHere) trail?.end();
    await trail?.passed(event);
  }
  const entities = timeline.durable();
  return snapshotOf(info.id, entities, await entities.entities(), skipped);
}

/** Undefined where there is none, or where another program has folded the session otherwise, since its image was made. */
async function readCheckpoint(
  { store, foldedUnder }: HistorySource,
  sessionId: string,
  ordinal: bigint,
): Promise<StoredPast | undefined> {
  const past = await store.readCheckpoint(sessionId, ordinal);
  if (past === undefined) return undefined;
  const now = await store.session(sessionId);
  return now === undefined || isFoldedOtherwise(foldedUnder, now) ? undefined : past;
}

/** The events on record whose projection failed, each once. */
async function failedEvents(store: Store, sessionId: string): Promise<ReadonlyMap<bigint, SkippedEvent>> {
  const failed = new Map<bigint, SkippedEvent>();
  for await (const { ordinal, name, message } of readFoldErrors(store, sessionId, 0n)) {
    failed.set(ordinal, { ordinal, name, message });
  }
  return failed;
}

const noEvents: ReadonlyMap<bigint, SkippedEvent> = new Map();

/** Leaves checkpoints where a log is folded, as far as all processes fold it alike. */
class Trail {
  readonly #source: HistorySource;
  readonly #sessionId: string;
  readonly #epoch: string;
  readonly #timeline: TracedTimeline;
  readonly #checkpoints: Checkpoints;
  #upTo: bigint;

  /** Up to the cursor of the stored session: above it, others may still put a failure on record. */
  constructor(
    source: HistorySource,
    sessionId: string,
    { epoch, cursor }: StoredSession,
    timeline: TracedTimeline,
    from: Checkpoint | undefined,
  ) {
    this.#source = source;
    this.#sessionId = sessionId;
    this.#epoch = epoch;
    this.#upTo = cursor;
    this.#timeline = timeline;
    this.#checkpoints = new Checkpoints(from, 0n);
    timeline.trace(timeline.cursor);
  }

  /** Leaves no more. */
  end(): void {
    this.#upTo = 0n;
  }

  /** The timeline has come to an event. */
  async passed(event: StoredEvent): Promise<void> {
    if (event.ordinal > this.#upTo) return;
    this.#checkpoints.passed(event);
    if (!this.#checkpoints.isDue) return;
    const { report } = this.#source;
    try {
      await this.#checkpoints.make(this.#source, this.#sessionId, this.#epoch, this.#timeline);
    } catch (error) {
      this.end();
      // The caller hears of it when the log is read on.
      if (isSessionstreamError(error, "CLOSED")) return;
      report({ step: "checkpoint", sessionId: this.#sessionId, ordinal: event.ordinal, error });
    }
  }
}
