import type { UiEvent } from "../../../schema/ui-event.js";
import type { BackendEvent } from "../../feature/backend-event.js";
import type { Failure } from "../../project/fold.js";
import { decide } from "./decision.js";
import type { LaneState } from "./lane-state.js";
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
  const areSeveral = events.length > 1;
  if (areSeveral) timeline.begin();
  try {
    const last = events.at(-1);
    for (const event of events) admitted.push(place(host, state, publication, event, event === last));
    if (areSeveral) timeline.commit();
  } catch (refusal) {
    if (areSeveral) timeline.rollback();
    state.ordinal = ordinal;
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
  const ordinal = state.ordinal + 1n;
  const time = Date.now();
  const event: BackendEvent = { name, payload, ordinal, time, session: info };
  const failures: Failure[] = [];
  let uiEvents: readonly UiEvent[];
  try {
    uiEvents = host.fold.uiEvents(event, timeline.view, failures);
  } catch (error) {
    host.report({ step: "ui-projection", sessionId: info.id, ordinal, name, error });
    throw error;
  }
  observeEvent(host, info.id, "order", name, ordinal);
  // A timeline that stopped before an event waits for a retry.
  if (timeline.cursor === state.ordinal) host.fold.apply(event, timeline, failures);
  state.ordinal = ordinal;
  const stored = { ordinal, name, version, type, payload: encoded, time };
  return { publication, stored, uiEvents, failures, isLast };
}
