import { messageOf, SessionstreamError } from "../../base/errors.js";
import { howToMend } from "../../schema/freeze.js";
import type { SchemaRegistry } from "../../schema/registry.js";
import { TimelineChange } from "../../schema/timeline-entity.js";
import { UiEvent } from "../../schema/ui-event.js";
import type { TimelineView } from "../../timeline/view.js";
import type { BackendEvent } from "../feature/backend-event.js";
import type { Feature } from "../feature/feature.js";

/**
 * Runs the projections of the features and vets what they return: only values
 * made with `of`, `put` and `delete` of registered descriptors get through, for
 * these have valid payloads.
 */
export class FeatureProjections {
  readonly #registry: SchemaRegistry;
  readonly #featureOf = new Map<string, Feature>();

  constructor(registry: SchemaRegistry, features: readonly Feature[]) {
    this.#registry = registry;
    for (const feature of features) {
      for (const desc of feature.desc.events) this.#featureOf.set(desc.name, feature);
    }
  }

  /** @throws PROJECTION_FAILED or INVALID_PROJECTION. */
  ui(event: BackendEvent, view: TimelineView): readonly UiEvent[] {
    const feature = this.#featureOf.get(event.name);
    if (feature?.ui === undefined) return [];
    const returned = run("UI", feature, event, () => feature.ui?.(event, view));
    // The projection may use its array again before these are told.
    const uiEvents: UiEvent[] = [];
    for (const uiEvent of checkArray("UI", event, returned)) {
      if (!(uiEvent instanceof UiEvent)) throw invalid("UI", event, "an item that was not made with a UI event's of()");
      if (this.#registry.uiEvent(uiEvent.name).schema !== uiEvent.desc.schema) {
        throw invalid("UI", event, `a UI event "${uiEvent.name}" of another message type than the registered one`);
      }
      this.#registry.freeze(uiEvent.payload);
      uiEvents.push(uiEvent);
    }
    return uiEvents;
  }

  /** @throws PROJECTION_FAILED or INVALID_PROJECTION. */
  timeline(event: BackendEvent, view: TimelineView): readonly TimelineChange[] {
    const feature = this.#featureOf.get(event.name);
    if (feature?.timeline === undefined) return [];
    const returned = run("timeline", feature, event, () => feature.timeline?.(event, view));
    for (const change of checkArray("timeline", event, returned)) {
      if (!(change instanceof TimelineChange)) {
        throw invalid("timeline", event, "an item that was not made with an entity's put() or delete()");
      }
      if (this.#registry.timelineEntity(change.entity.name).schema !== change.entity.schema) {
        throw invalid(
          "timeline",
          event,
          `an entity "${change.entity.name}" of another message type than the registered one`,
        );
      }
    }
    return returned as readonly TimelineChange[];
  }
}

function run(which: string, { desc }: Feature, event: BackendEvent, project: () => unknown): unknown {
  try {
    return project();
  } catch (thrown) {
    const why = messageOf(thrown) + howToMend(thrown, `the projections of feature "${desc.name}"`);
    throw new SessionstreamError(
      "PROJECTION_FAILED",
      `${which} projection of event "${event.name}" at ordinal ${event.ordinal} failed: ${why}`,
      { sessionId: event.session.id, name: event.name, ordinal: event.ordinal, cause: thrown },
    );
  }
}

function checkArray(which: string, event: BackendEvent, returned: unknown): readonly unknown[] {
  if (Array.isArray(returned)) return returned;
  // Otherwise a rejected promise of a wrongly async projection would end the process.
  if (returned instanceof Promise) returned.catch(() => {});
  throw invalid(which, event, returned instanceof Promise ? "a promise; projections are synchronous" : typeof returned);
}

function invalid(which: string, event: BackendEvent, got: string): SessionstreamError {
  return new SessionstreamError(
    "INVALID_PROJECTION",
    `${which} projection of event "${event.name}" at ordinal ${event.ordinal} returned ${got}, want an array of ${which === "UI" ? "UI events" : "timeline changes"}`,
    { sessionId: event.session.id, name: event.name, ordinal: event.ordinal },
  );
}
