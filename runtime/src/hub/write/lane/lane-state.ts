import type { JsonObject } from "@bufbuild/protobuf";
import type { SessionInfo } from "../../../session/session-info.js";
import type { SessionBatch, StoredEvent, StoredKey } from "../../../store/store.js";
import { TrackedTimeline } from "../../../timeline/tracked-timeline.js";
import type { Failure } from "../../project/fold.js";
import type { SessionHost } from "./session-host.js";

/** What a lane knows of its session while it is loaded. */
export interface LaneState {
  readonly info: SessionInfo;
  /** Of the timeline; renewed by a repair. */
  epoch: string;
  timeline: TrackedTimeline;
  /** The revision that the store will be at when all that was taken is durable. */
  revision: number;
  /** The last ordinal that was given. */
  ordinal: bigint;
}

/** What a commit has; what is left out is empty, or as the lane has it. */
export interface CommitContent {
  readonly events?: readonly StoredEvent[];
  readonly keys?: readonly StoredKey[];
  readonly failures?: readonly Failure[];
  /** Takes the place of the whole timeline. */
  readonly replacement?: TrackedTimeline;
}

/** Reads where a session stands in the store; one that is not there begins. */
export async function loadState(host: SessionHost, sessionId: string): Promise<LaneState> {
  const stored = await host.store.load(sessionId);
  const metadata = stored?.metadata ?? (await host.sessionMetadata(sessionId));
  return {
    info: { id: sessionId, metadata },
    epoch: stored?.epoch ?? crypto.randomUUID(),
    timeline: new TrackedTimeline(host.registry, stored?.cursor, stored?.entities),
    revision: stored?.revision ?? 0,
    ordinal: stored?.ordinal ?? 0n,
  };
}

/** The next batch, with what changed in the timeline. Moves the revision on. */
export function nextBatch(state: LaneState, content: CommitContent): SessionBatch {
  const { events = [], keys = [], failures = [], replacement } = content;
  const { cursor } = replacement ?? state.timeline;
  return {
    sessionId: state.info.id,
    revision: state.revision++,
    metadata: state.info.metadata as JsonObject,
    events,
    cursor,
    epoch: state.epoch,
    entities: replacement?.stored() ?? state.timeline.takeChanges(),
    replaceTimeline: replacement !== undefined,
    errors: failures.map(({ record }) => record),
    keys,
  };
}
