import type { UiEvent } from "../../../schema/ui-event.js";
import type { StoredEvent } from "../../../store/stored.js";
import type { BackendEvent } from "../../feature/backend-event.js";
import type { Failure } from "../../project/fold.js";
import { decide } from "./decision.js";
import { type LaneState, positionOf } from "./lane-state.js";
import type { Admitted, AdmittedEvent, EncodedEvent, Publication } from "./publication.js";
import { observeEvent, type SessionHost } from "./session-host.js";

/** Gives all events of a publication their place in the order, after those that are admitted already, or none. */
export function admit(host: SessionHost, state: LaneState, publication: Publication, admitted: Admitted[]): void {
  let events: readonly EncodedEvent[];
  try {
    events = typeof publication.events === "function" ? decide(publication.events, state) : publication.events;
  } catch (thrown) {
    admitted.push({ publication, answer: () => publication.reject(thrown) });
    return;
  }
  const { timeline, ordinal } = state;
  if (events.length === 0) admitted.push({ publication, answer: () => publication.resolve({ ordinal }) });
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
  }
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
