import type { JsonObject } from "@bufbuild/protobuf";
import type { Feature } from "../../hub/feature/feature.js";
import { FeatureProjections } from "../../hub/project/feature-projections.js";
import type { EventDraft } from "../../schema/event.js";
import { SchemaRegistry } from "../../schema/registry.js";
import type { UiEvent } from "../../schema/ui-event.js";
import type { Snapshot } from "../../timeline/snapshot.js";
import { snapshotOf } from "../../timeline/snapshot-of.js";
import { Timeline } from "../../timeline/timeline.js";
import { check } from "./checks.js";
import { compareEntities, compareInOrder, type ExpectedEntity, type ExpectedUiEvent } from "./expected.js";
import { calledFrom } from "./mismatch.js";
import { listOf } from "./scenario.js";

/** How events are folded. */
export interface FoldOptions {
  /** The default is `test`. */
  readonly sessionId?: string;
  /** The session's metadata. The default is empty. */
  readonly metadata?: JsonObject;
  /** The times of the events, such as a `fakeClock`. By default, the time of the machine. */
  readonly now?: () => number;
}

/** The timeline that events fold to, and what clients would be told on the way. */
export interface Folded extends Snapshot {
  /** The UI events of each event: those of the first event first. */
  readonly uiEvents: readonly (readonly UiEvent[])[];
  /**
   * The timeline has these entities, and maybe others.
   * @throws AssertionError.
   */
  showing(entities: readonly ExpectedEntity[]): Folded;
  /**
   * The events gave exactly these UI events, in this order.
   * @throws AssertionError.
   */
  told(uiEvents: readonly ExpectedUiEvent[]): Folded;
}

/**
 * Folds events with the projections of features, without a hub and a store. The ordinals are 1, 2, 3 …
 * @throws what a projection fails with: PROJECTION_FAILED or INVALID_PROJECTION, and UNKNOWN_NAME for
 * an event that the features do not have.
 *
 * @example
 * ```ts
 * const timeline = fold(chat, [ChatInferenceStarted.of({ messageId: "1" })]);
 * timeline.get(ChatMessage, "1")?.status;
 * ```
 */
export function fold(
  features: Feature | readonly Feature[],
  events: readonly EventDraft[],
  { sessionId = "test", metadata = {}, now = Date.now }: FoldOptions = {},
): Folded {
  const all = listOf(features);
  const registry = new SchemaRegistry();
  for (const { desc } of all) registry.register(desc);
  const projections = new FeatureProjections(registry, all);
  const timeline = new Timeline(registry);
  const session = { id: sessionId, metadata };
  const uiEvents = events.map(({ desc, payload }) => {
    const { name } = registry.event(desc.name);
    const event = {
      name,
      payload: registry.freeze(payload),
      ordinal: timeline.cursor + 1n,
      time: now(),
      meta: {},
      session,
    };
    const told = projections.ui(event, timeline.view);
    timeline.apply(projections.timeline(event, timeline.view), event.ordinal);
    return told;
  });
  const folded: Folded = {
    ...snapshotOf(sessionId, timeline, timeline.entities()),
    uiEvents,
    showing(entities) {
      const what = "fold: the timeline shows other entities than expected";
      check(what, compareEntities(registry, entities, timeline.view), calledFrom(folded.showing));
      return folded;
    },
    told(expected) {
      const compared = compareInOrder(registry, expected, uiEvents.flat(), (name) => registry.uiEvent(name).schema);
      check("fold: clients would be told other UI events than expected", compared, calledFrom(folded.told));
      return folded;
    },
  };
  return folded;
}
