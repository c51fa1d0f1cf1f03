import type { UiEvent } from "../../../schema/ui-event.js";
import type { BatchRun } from "../../../store/batch.js";
import type { StoredEvent } from "../../../store/stored.js";
import type { BackendEvent } from "../../feature/backend-event.js";
import type { Failure } from "../../project/fold.js";
import type { Content, EncodedEvent } from "./content.js";
import { type LaneState, positionOf } from "./lane-state.js";
import type { Admitted, AdmittedEvent, Publication } from "./publication.js";
import { applyRuns, checkAttempt } from "./runs.js";
import { observeEvent, type SessionHost } from "./session-host.js";
import { startedRuns } from "./started-runs.js";

/** Gives all events of a publication their place in the order, after those that are admitted already, or none. */
export function admit(host: SessionHost, state: LaneState, publication: Publication, admitted: Admitted[]): void {
  let content: Content;
  try {
    if (publication.run !== undefined) checkAttempt(state.info.id, state.runs, publication.run);
    content = typeof publication.content === "function" ? publication.content(state) : publication.content;
  } catch (thrown) {
    admitted.push({ publication, ordinal: state.ordinal, answer: () => publication.reject(thrown) });
    return;
  }
  const { events } = content;
  const { timeline } = state;
  const already = admitted.length;
  const before = events.length > 1 ? positionOf(state) : undefined;
  if (before !== undefined) timeline.begin();
  try {
    const last = events.at(-1);
    for (const event of events) admitted.push(place(host, state, publication, event, event === last));
    if (before !== undefined) timeline.commit();
  } catch (refusal) {
    if (before !== undefined) {
      timeline.rollback();
      Object.assign(state, before);
    }
    admitted.length = already;
    publication.reject(refusal);
    return;
  }
  admitRuns(host, state, publication, content, admitted);
}

/** What becomes of runs with a publication, and the answer to one that has no events. */
function admitRuns(
  host: SessionHost,
  state: LaneState,
  publication: Publication,
  { events, starts = [], runs = [] }: Content,
  admitted: Admitted[],
): void {
  const isAnswer = events.length === 0;
  if (starts.length === 0 && runs.length === 0 && !isAnswer) return;
  const changes: readonly BatchRun[] = [
    ...startedRuns(host, state, publication, starts, !isAnswer),
    ...runs.map((run) => ({ isStart: false, run })),
  ];
  applyRuns(state, changes);
  const { ordinal } = state;
  const answer = () => {
    if (isAnswer) publication.resolve({ ordinal });
  };
  admitted.push({ publication, ordinal, answer, ...(changes.length > 0 && { runs: changes }) });
}

/**
 * Gives an event its ordinal and projects it.
 * @throws why the event is refused.
 */
function place(
  host: SessionHost,
  state: LaneState,
  publication: Publication,
  given: EncodedEvent,
  isLast: boolean,
): AdmittedEvent {
  const { info, timeline } = state;
  const { name, version, payload, type, encoded } = given;
  const { meta } = publication;
  const ordinal = state.ordinal + 1n;
  const time = host.now();
  const event: BackendEvent = { name, payload, ordinal, time, meta: meta ?? nothing, session: info };
  const failures: Failure[] = [];
  let uiEvents: readonly UiEvent[];
  try {
    uiEvents = host.fold.uiEvents(event, timeline.view, failures);
  } catch (error) {
    host.report({ step: "ui-projection", sessionId: info.id, ordinal, name, error });
    throw error;
  }
  observeEvent(host, info.id, "order", name, ordinal);
  // A timeline that stopped before an event waits for a repair, or for a program that knows the event.
  if (state.stop === undefined) {
    state.stop = host.fold.apply(event, timeline, failures);
    state.failedAt = state.stop?.ordinal;
  }
  state.ordinal = ordinal;
  const stored: StoredEvent = { ordinal, name, version, type, payload: encoded, time };
  return {
    publication,
    stored: meta === undefined ? stored : { ...stored, meta },
    uiEvents,
    failures,
    isLast,
  };
}

const nothing = Object.freeze({});
