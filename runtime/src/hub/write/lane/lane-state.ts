import { firstEpoch } from "../../../session/epoch.js";
import type { SessionInfo } from "../../../session/session-info.js";
import type { TimelineStop } from "../../../session/timeline-stop.js";
import type { BatchKey, BatchRun, EventSpan, RewrittenEvent, SessionBatch } from "../../../store/batch.js";
import { foldedBy } from "../../../store/folded-under.js";
import { isOfFold } from "../../../store/rules.js";
import type { FoldedUnder, StoredEvent } from "../../../store/stored.js";
import type { TrackedTimeline } from "../../../timeline/tracked-timeline.js";
import { Checkpoints } from "../../project/checkpoints.js";
import type { Failure } from "../../project/fold.js";
import type { SessionImage } from "../../project/session-image.js";
import { unknownEvent } from "../../project/stopped.js";
import { skippedEvents } from "../../project/stored-fold.js";
import { keepPast, type PastState } from "./keep-past.js";
import { Lag } from "./lag.js";
import { loadFold } from "./loaded-fold.js";
import type { RunsState } from "./runs.js";
import { reportFailures, type SessionHost } from "./session-host.js";

/** How far a session has come. */
interface Position {
  readonly revision: number;
  /** The ordinal of the last event. */
  readonly ordinal: bigint;
  /** Where the timeline of this process stops. */
  readonly stop: TimelineStop | undefined;
  /** Where the fold failed, as the store has it for all processes. */
  readonly failedAt: bigint | undefined;
}

/** What a lane knows of its session while it is loaded: what was given an ordinal, durable or not. */
export interface LaneState extends Position, RunsState, PastState {
  info: SessionInfo;
  /** Of the timeline; renewed by a repair. */
  epoch: string;
  timeline: TrackedTimeline;
  revision: number;
  ordinal: bigint;
  stop: TimelineStop | undefined;
  failedAt: bigint | undefined;
  /** How far the store has come, as far as the lane knows. */
  durable: Position;
  /** What is durable, as it was last asked for. */
  image: SessionImage | undefined;
  /** How far the stored timeline has come, as far as the lane knows. */
  storedCursor: bigint;
  /** What the store has on record that the stored timeline was folded under. */
  foldedUnder: FoldedUnder | undefined;
  /**
   * Where the stored timeline is another program's: what is stored of its stop. This process folds for itself then, and
   * writes neither entities nor what its timeline projections fail at.
   */
  foreign: { readonly failedAt: bigint | undefined } | undefined;
  /** Whether runs may be other than in the store, because something was not committed. */
  hasOldRuns: boolean;
  /** Whether this process could not fold what another one may have folded, and has not asked for its entities yet. */
  isToAsk: boolean;
  /** Of what is stored of the timeline. */
  readonly lag: Lag;
  /** The events above the stored cursor that the timeline goes on without. */
  readonly skipped: Set<bigint>;
  /** Failures of events of the log that the store does not have on record yet. */
  owed: readonly Failure[];
}

/** What a commit has; what is left out is empty, or as the lane has it. */
export interface CommitContent {
  readonly events?: readonly StoredEvent[];
  readonly keys?: readonly BatchKey[];
  readonly runs?: readonly BatchRun[];
  readonly failures?: readonly Failure[];
  /** The events that were folded anew: what failed of them before is on record no more. */
  readonly mended?: EventSpan;
  /** Takes the place of the epoch. */
  readonly newEpoch?: string;
  /** Takes the place of the whole timeline. */
  readonly replacement?: TrackedTimeline;
  readonly rewritten?: readonly RewrittenEvent[];
}

/**
 * Reads where a session stands in the store; one that is not there begins. `before` is what the lane had of it until now,
 * if it had.
 */
export async function loadState(host: SessionHost, sessionId: string, before?: LaneState): Promise<LaneState> {
  const found = await host.store.load(sessionId);
  const metadata = found?.metadata ?? (await host.sessionMetadata(sessionId));
  const info: SessionInfo = host.registry.freeze({ id: sessionId, metadata });
  const loaded = await loadFold(host, info, found, before);
  if (loaded === undefined) return loadState(host, sessionId, before);
  const { stored, timeline, stop, owed, isForeign } = loaded;
  const isBehind = stored !== undefined && stored.cursor < stored.ordinal;
  const skipped = new Set(isBehind ? await skippedEvents(host, sessionId, stored.cursor) : []);
  for (const { record } of owed) skipped.add(record.ordinal);
  const position: Position = {
    revision: stored?.revision ?? 0,
    ordinal: stored?.ordinal ?? 0n,
    stop,
    failedAt: stop?.reason === "failed" ? stop.ordinal : stored?.failedAt,
  };
  const epoch = stored?.epoch ?? firstEpoch();
  return {
    ...position,
    info,
    epoch,
    timeline,
    durable: position,
    image: undefined,
    storedCursor: stored?.cursor ?? 0n,
    foldedUnder: stored?.foldedUnder,
    foreign: isForeign ? { failedAt: stored?.failedAt } : undefined,
    runs: new Map(stored?.runs.map((run) => [run.id, run])),
    endingRuns: new Set(),
    pastRuns: new Set(),
    hasOldRuns: false,
    isToAsk: !isForeign && (owed.length > 0 || (stop?.reason === "unknown" && stop.ordinal > timeline.cursor)),
    lag: new Lag(isBehind),
    checkpoints: new Checkpoints(stored?.checkpoint, (stored?.ordinal ?? 0n) - (stored?.checkpoint?.ordinal ?? 0n)),
    skipped,
    owed,
  };
}

/**
 * The next batch, with what changed in the timeline if that is due, or in any case where it is to be whole.
 * Moves the revision on.
 */
export function nextBatch(host: SessionHost, state: LaneState, content: CommitContent, isWhole: boolean): SessionBatch {
  const { events = [], keys = [], runs = [], failures = [], newEpoch, replacement } = content;
  // What failed elsewhere was folded here.
  if (isWhole && state.stop === undefined) state.failedAt = undefined;
  const { foreign } = state;
  const { cursor, entities } = foldedWith(host, state, content, isWhole);
  const isFolded = state.revision === 0 || replacement !== undefined || cursor > state.storedCursor;
  const mended = foreign === undefined ? (content.mended ?? mendedOf(state, cursor)) : undefined;
  return {
    id: host.process.nextId(),
    sessionId: state.info.id,
    revision: state.revision++,
    epoch: state.epoch,
    ...(newEpoch !== undefined && { newEpoch }),
    metadata: state.info.metadata,
    events,
    cursor,
    failedAt: foreign === undefined ? state.failedAt : foreign.failedAt,
    entities,
    replaceTimeline: replacement !== undefined,
    foldedUnder: isFolded ? foldedBy(host.foldedUnder, state.foldedUnder) : undefined,
    ...(content.rewritten !== undefined && { rewritten: content.rewritten }),
    ...(mended !== undefined && { mended }),
    errors: foreign === undefined ? recordsOf(state.owed, failures) : ownRecordsOf(failures),
    keys,
    runs,
    descriptors: host.descriptors.missing(events, runs),
  };
}

function recordsOf(owed: readonly Failure[], failures: readonly Failure[]): SessionBatch["errors"] {
  if (owed.length + failures.length === 0) return noErrors;
  return [...owed, ...failures].map(({ record }) => record);
}

/** What fails at the timeline of another program need not fail there. */
function ownRecordsOf(failures: readonly Failure[]): SessionBatch["errors"] {
  return failures.map(({ record }) => record).filter((record) => !isOfFold(record));
}

const noErrors: SessionBatch["errors"] = [];

/** The event on which another process failed, once entities are stored that contain it. */
function mendedOf({ durable, skipped }: LaneState, cursor: bigint): EventSpan | undefined {
  const { failedAt } = durable;
  if (failedAt === undefined || cursor < failedAt || skipped.has(failedAt)) return undefined;
  return { after: failedAt - 1n, to: failedAt };
}

/** Nothing more comes to a timeline that stopped, so what it has is written. */
function isDue({ stop, lag }: LaneState, events: readonly StoredEvent[]): boolean {
  return stop !== undefined || lag.isDueWith(events);
}

/** What of the timeline is stored with a batch. */
function foldedWith(
  host: SessionHost,
  state: LaneState,
  { events = [], replacement }: CommitContent,
  isWhole: boolean,
): Pick<SessionBatch, "cursor" | "entities"> {
  if (state.foreign !== undefined) return passedOver(state);
  if (isWhole) return changesOf(state, replacement);
  return isDue(state, events) ? changesIfFit(host, state) : deferred(state);
}

function changesOf({ timeline }: LaneState, replacement?: TrackedTimeline): Pick<SessionBatch, "cursor" | "entities"> {
  const { cursor } = replacement ?? timeline;
  return { cursor, entities: replacement?.stored() ?? timeline.takeChanges() };
}

/** The changes; none where a projection made an entity unfit after it was put: the events are not to blame. */
function changesIfFit(host: SessionHost, state: LaneState): Pick<SessionBatch, "cursor" | "entities"> {
  try {
    return changesOf(state);
  } catch (error) {
    host.report({ step: "commit", sessionId: state.info.id, error });
    state.lag.postponed();
    return deferred(state);
  }
}

/** The stored timeline stays as it is. */
function deferred({ timeline, storedCursor }: LaneState): Pick<SessionBatch, "cursor" | "entities"> {
  timeline.deferChanges();
  return { cursor: storedCursor, entities: [] };
}

/** The stored timeline stays as it is, now and later. */
function passedOver({ timeline, storedCursor }: LaneState): Pick<SessionBatch, "cursor" | "entities"> {
  timeline.passChanges();
  return { cursor: storedCursor, entities: [] };
}

/** How far a state has come. */
export function positionOf({ revision, ordinal, stop, failedAt }: Position): Position {
  return { revision, ordinal, stop, failedAt };
}

/** What is durable. The same for all who ask until the next commit. */
export function imageOf(state: LaneState): SessionImage {
  if (state.image === undefined) {
    const { revision, ordinal, stop } = state.durable;
    const { info, owed } = state;
    // Where this process alone goes on without an event, or folds otherwise than others, its timeline is no part of the
    // history that they have.
    const isOwn = state.foreign !== undefined || (owed.length > 0 && stop === undefined);
    const epoch = isOwn ? "" : state.epoch;
    state.image = { info, revision, epoch, ordinal, stop, timeline: state.timeline.durable() };
  }
  return state.image;
}

/** A batch is durable, with which the session has come to a position. */
export function noteDurable(host: SessionHost, state: LaneState, batch: SessionBatch, position: Position): void {
  state.durable = position;
  state.image = undefined;
  const isWritten = batch.replaceTimeline || batch.cursor > state.storedCursor;
  state.lag.committed(batch, isWritten);
  if (isWritten) state.storedCursor = batch.cursor;
  state.foldedUnder = batch.foldedUnder ?? state.foldedUnder;
  forgetSkipped(state, batch.mended);
  for (const error of batch.errors) if (isOfFold(error)) state.skipped.add(error.ordinal);
  reportFailures(host, state.info.id, state.owed);
  state.owed = [];
  state.timeline.settled();
  host.descriptors.stored(batch.descriptors);
  for (const event of batch.events) state.checkpoints.passed(event);
  if (isWritten) keepPast(host, state);
}

/** The timeline has what it went on without before. */
function forgetSkipped({ skipped }: LaneState, mended: EventSpan | undefined): void {
  if (mended === undefined) return;
  for (const ordinal of skipped) if (ordinal > mended.after && ordinal <= mended.to) skipped.delete(ordinal);
}

/** Forgets all that is not durable. */
export function revert(state: LaneState): void {
  state.timeline.revert();
  state.hasOldRuns = true;
  state.endingRuns.clear();
  Object.assign(state, positionOf(state.durable));
}

/** The stored timeline is another program's from now on, until the session is loaded anew. Nothing may be undurable. */
export function leaveToOthers(host: SessionHost, state: LaneState): void {
  state.foreign = { failedAt: undefined };
  // They are not put on record any more.
  reportFailures(host, state.info.id, state.owed);
  state.owed = [];
  state.isToAsk = false;
  state.timeline.dropChanges();
}

/** Tells that a timeline stops at an event that this program does not know. */
export function reportUnknown(host: SessionHost, sessionId: string, stop: TimelineStop): void {
  const { ordinal, name } = stop;
  host.report({ step: "decode", sessionId, ordinal, name, error: unknownEvent(sessionId, stop) });
}
