import { messageOf } from "../errors.js";
import type { SchemaRegistry } from "../schema/registry.js";
import type { FailedStep, StoredError, StoredEvent } from "../store/store.js";
import type { Timeline } from "../timeline/timeline.js";
import type { BackendEvent } from "./feature.js";
import { decodeEvent } from "./log-reader.js";
import type { PipelineObserver, PipelineRecord } from "./pipeline-observer.js";
import type { Projector } from "./projector.js";
import type { SessionInfo } from "./session.js";

/** A projection that failed, to be recorded and reported. */
export interface Failure {
  readonly record: StoredError;
  readonly error: unknown;
}

/**
 * The fold of a log into a timeline, with what happens when a projection fails:
 * with `advance` the timeline goes on without the event, with `fail` it stays
 * before it.
 */
export class Fold {
  readonly #registry: SchemaRegistry;
  readonly #projector: Projector;
  readonly #policy: "fail" | "advance";
  readonly #observe: PipelineObserver | undefined;

  constructor(
    registry: SchemaRegistry,
    projector: Projector,
    policy: "fail" | "advance",
    observe: PipelineObserver | undefined,
  ) {
    this.#registry = registry;
    this.#projector = projector;
    this.#policy = policy;
    this.#observe = observe;
  }

  /** Projects an event over the timeline; returns whether the timeline moved to it. */
  event(event: BackendEvent, timeline: Timeline, failures: Failure[], mode: PipelineRecord["mode"] = "live"): boolean {
    const { name, ordinal, session } = event;
    const about = { mode, step: "timeline-projection", sessionId: session.id, name, ordinal } as const;
    try {
      const changes = this.#projector.timeline(event, timeline);
      timeline.apply(changes, ordinal);
      this.#observe?.({ ...about, count: changes.length });
      return true;
    } catch (error) {
      this.#observe?.({ ...about, error });
      failures.push(failure("timeline-projection", event, error));
      return this.#passOver(ordinal, timeline);
    }
  }

  /** Folds an event of the log; one that cannot be read counts as one whose projection fails. */
  stored(stored: StoredEvent, session: SessionInfo, timeline: Timeline, failures: Failure[]): boolean {
    let event: BackendEvent;
    try {
      event = decodeEvent(this.#registry, session, stored);
    } catch (error) {
      failures.push(failure("decode", stored, error));
      return this.#passOver(stored.ordinal, timeline);
    }
    return this.event(event, timeline, failures, "rebuild");
  }

  #passOver(ordinal: bigint, timeline: Timeline): boolean {
    if (this.#policy === "fail") return false;
    timeline.cursor = ordinal;
    return true;
  }
}

export function failure(step: FailedStep, event: Pick<StoredEvent, "ordinal" | "name">, error: unknown): Failure {
  const { ordinal, name } = event;
  return { record: { step, ordinal, name, message: messageOf(error), time: Date.now() }, error };
}
