import { isSessionstreamError } from "../../../base/errors.js";
import type { UiEvent } from "../../../schema/ui-event.js";
import type { BatchKey, BatchRun, SessionBatch } from "../../../store/batch.js";
import type { EventMeta } from "../../../store/event-meta.js";
import type { StoredEvent } from "../../../store/stored.js";
import type { Published } from "../../feature/command-context.js";
import type { Failure } from "../../project/fold.js";
import type { Content } from "./content.js";
import type { KeyedWork } from "./keyed-work.js";
import type { CommitContent, LaneState } from "./lane-state.js";
import type { RunAttempt } from "./runs.js";

/** What was published and waits to be durable: what is committed together, or what decides it. */
export interface Publication {
  /** The content; or what makes it when its turn has come, on the state as it is then. */
  readonly content: Content | ((state: LaneState) => Content);
  readonly claim: KeyedWork | undefined;
  /** Where the events come from, if anything is known of that. */
  readonly meta: EventMeta | undefined;
  /** The attempt of a run that publishes this. It is refused where the attempt has lost its run. */
  readonly run?: RunAttempt | undefined;
  /** How often the session had been deleted when the work began that publishes this. Undefined for what is of no work. */
  readonly since?: number | undefined;
  resolve(published: Published): void;
  reject(error: unknown): void;
}

/** An event of a publication with its ordinal, projected over the timeline. */
export interface AdmittedEvent {
  readonly publication: Publication;
  readonly stored: StoredEvent;
  readonly uiEvents: readonly UiEvent[];
  readonly failures: readonly Failure[];
  /** Whether the publication has no more events after it. */
  readonly isLast: boolean;
}

/** What a publication has besides events: runs that change, and what to tell its publisher where it has no events. */
export interface AdmittedAnswer {
  readonly publication: Publication;
  readonly stored?: undefined;
  readonly runs?: readonly BatchRun[];
  /** Of the session's last event. */
  readonly ordinal: bigint;
  answer(): void;
}

export type Admitted = AdmittedEvent | AdmittedAnswer;

export function isEvent(admitted: Admitted): admitted is AdmittedEvent {
  return admitted.stored !== undefined;
}

/** Events beyond this many wait before they are projected, so that a batch stays bounded. */
const maxBatch = 256;

/** Whether a batch takes another publication. What work under a key published in one turn is not parted. */
export function hasRoom(admitted: readonly Admitted[], { claim }: Publication): boolean {
  if (admitted.length < maxBatch) return true;
  return claim !== undefined && claim === admitted.at(-1)?.publication.claim;
}

/** What was taken to be committed. */
export interface Taken {
  readonly admitted: readonly Admitted[];
  /** What the store was given, and how far the session has come with it. */
  given?: { readonly batch: SessionBatch; readonly position: LaneState["durable"] };
}

/** What a commit has of what was admitted. Undefined where nothing changes: decisions without events. */
export function contentOf(admitted: readonly Admitted[]): CommitContent | undefined {
  const events = admitted.filter(isEvent);
  const runs = runsOf(admitted);
  if (events.length === 0 && runs.length === 0) return undefined;
  return {
    events: events.map(({ stored }) => stored),
    keys: keysOf(admitted),
    runs,
    failures: failuresOf(events),
  };
}

function failuresOf(events: readonly AdmittedEvent[]): readonly Failure[] {
  const failed = events.filter(({ failures }) => failures.length > 0);
  return failed.length === 0 ? noFailures : failed.flatMap(({ failures }) => failures);
}

const noFailures: readonly Failure[] = [];

function runsOf(admitted: readonly Admitted[]): readonly BatchRun[] {
  let runs: BatchRun[] | undefined;
  for (const each of admitted) {
    if (!isEvent(each) && each.runs !== undefined) runs = [...(runs ?? []), ...each.runs];
  }
  return runs ?? noRuns;
}

const noRuns: readonly BatchRun[] = [];

/** The keys that events were published under, or runs started, one for each work. */
function keysOf(admitted: readonly Admitted[]): readonly BatchKey[] {
  if (admitted.every(({ publication }) => publication.claim === undefined)) return noKeys;
  const keys = new Map<KeyedWork, BatchKey>();
  for (const each of admitted) {
    const { claim } = each.publication;
    if (claim === undefined || (!isEvent(each) && each.runs === undefined)) continue;
    const lastOrdinal = isEvent(each) ? each.stored.ordinal : each.ordinal;
    const firstOrdinal = keys.get(claim)?.firstOrdinal ?? lastOrdinal;
    const { space, key, fingerprint, token, time } = claim;
    keys.set(claim, { space, key, fingerprint, token, firstOrdinal, lastOrdinal, time });
  }
  return [...keys.values()];
}

const noKeys: readonly BatchKey[] = [];

/** The publications of what was admitted, each once, without those of what is over. */
export function publicationsOf(admitted: readonly Admitted[], over: readonly Admitted[]): readonly Publication[] {
  const done = new Set(over.map(({ publication }) => publication));
  return [...new Set(admitted.map(({ publication }) => publication))].filter((each) => !done.has(each));
}

/** Which publications of a batch a refusal is about: those of one key, or all that would have changed something. */
export function refusedBy(outcome: Error, admitted: readonly Admitted[]): readonly Admitted[] {
  const changing = admitted.filter((each) => isEvent(each) || each.runs !== undefined);
  if (!isSessionstreamError(outcome, "KEY_CLAIMED")) return changing;
  const { key, space } = outcome.context;
  const ofKey = changing.filter(({ publication: { claim } }) => claim?.key === key && claim?.space === space);
  return ofKey.length > 0 ? ofKey : changing;
}
