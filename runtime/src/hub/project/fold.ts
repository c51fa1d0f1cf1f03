import { messageOf } from "../../base/errors.js";
import type { UiEvent } from "../../schema/ui-event.js";
import type { SessionInfo } from "../../session/session-info.js";
import type { TimelineStop } from "../../session/timeline-stop.js";
import type { RecordedStep, StoredError, StoredEvent } from "../../store/stored.js";
import type { Timeline } from "../../timeline/timeline.js";
import type { TimelineView } from "../../timeline/view.js";
import type { BackendEvent } from "../feature/backend-event.js";
import type { PipelineObserver, PipelineRecord } from "../observe/pipeline-observer.js";
import type { EventReader } from "./event-reader.js";
import type { FeatureProjections } from "./feature-projections.js";
import type { ProjectionErrorPolicies } from "./policies.js";

/** A projection that failed, to be recorded and reported. */
export interface Failure {
  readonly record: StoredError;
  readonly error: unknown;
}

/**
 * The fold of events: what they do to a timeline and to the UI, and what happens when a
 * projection fails. For the timeline, `advance` goes on without the event and `fail` stops
 * before it. For the UI, `advance` goes on without UI events and `fail` refuses the event.
 * Before an event of the log whose name the program does not know, the timeline stops in
 * any case: a newer program may know what it means.
 */
export class Fold {
  readonly #reader: EventReader;
  readonly #features: FeatureProjections;
  readonly #policies: Required<ProjectionErrorPolicies>;
  readonly #observe: PipelineObserver | undefined;

  constructor(
    reader: EventReader,
    features: FeatureProjections,
    policies: Required<ProjectionErrorPolicies>,
    observe: PipelineObserver | undefined,
  ) {
    this.#reader = reader;
    this.#features = features;
    this.#policies = policies;
    this.#observe = observe;
  }

  /** Whether the timeline goes on without events whose projection fails. */
  get isAdvancing(): boolean {
    return this.#policies.timeline === "advance";
  }

  /**
   * The UI events of an event.
   * @throws where the event is to be refused.
   */
  uiEvents(event: BackendEvent, view: TimelineView, failures: Failure[]): readonly UiEvent[] {
    try {
      const uiEvents = this.#features.ui(event, view);
      this.#observe?.({ ...aboutOf(event, "live", "ui-projection"), count: uiEvents.length });
      return uiEvents;
    } catch (error) {
      this.#observe?.({ ...aboutOf(event, "live", "ui-projection"), error });
      if (this.#policies.ui === "fail") throw error;
      failures.push(failureOf("ui-projection", event, error));
      return [];
    }
  }

  /** Applies what follows from an event to the timeline. Returns where the timeline stops, if it does. */
  apply(
    event: BackendEvent,
    timeline: Timeline,
    failures: Failure[],
    mode: PipelineRecord["mode"] = "live",
  ): TimelineStop | undefined {
    try {
      const changes = this.#features.timeline(event, timeline.view);
      timeline.apply(changes, event.ordinal);
      this.#observe?.({ ...aboutOf(event, mode, "timeline-projection"), count: changes.length });
      return undefined;
    } catch (error) {
      this.#observe?.({ ...aboutOf(event, mode, "timeline-projection"), error });
      failures.push(failureOf("timeline-projection", event, error));
      return this.#passOver(event, timeline);
    }
  }

  /** Folds an event of the log. One that cannot be read counts as one whose projection fails. */
  applyStored(
    stored: StoredEvent,
    session: SessionInfo,
    timeline: Timeline,
    failures: Failure[],
  ): TimelineStop | undefined {
    if (!this.#reader.isKnown(stored.name)) return stopAt(stored, "unknown");
    let event: BackendEvent;
    try {
      event = this.#reader.read(session, stored);
    } catch (error) {
      failures.push(failureOf("decode", stored, error));
      return this.#passOver(stored, timeline);
    }
    return this.apply(event, timeline, failures, "rebuild");
  }

  /** The UI events of an event of the log; none of one that cannot be read or projected. */
  storedUiEvents(stored: StoredEvent, session: SessionInfo, view: TimelineView): readonly UiEvent[] {
    try {
      return this.#features.ui(this.#reader.read(session, stored), view);
    } catch {
      return [];
    }
  }

  #passOver(event: Pick<StoredEvent, "ordinal" | "name">, timeline: Timeline): TimelineStop | undefined {
    if (this.#policies.timeline === "fail") return stopAt(event, "failed");
    timeline.cursor = event.ordinal;
    return undefined;
  }
}

/** Where a timeline stops that stops before an event. */
export function stopAt(
  { ordinal, name }: Pick<StoredEvent, "ordinal" | "name">,
  reason: TimelineStop["reason"],
): TimelineStop {
  return { ordinal, name, reason };
}

function aboutOf(event: BackendEvent, mode: PipelineRecord["mode"], step: PipelineRecord["step"]): PipelineRecord {
  const { name, ordinal, session } = event;
  return { mode, step, sessionId: session.id, name, ordinal };
}

function failureOf(step: RecordedStep, event: Pick<StoredEvent, "ordinal" | "name">, error: unknown): Failure {
  const { ordinal, name } = event;
  return { record: { step, ordinal, name, message: messageOf(error), time: Date.now() }, error };
}
