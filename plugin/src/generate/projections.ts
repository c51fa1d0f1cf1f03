import { methodDoc } from "./doc-comments.js";
import type { FeatureCode } from "./feature-code.js";
import { flowType } from "./flow-types.js";
import type { SourceWriter } from "./source-writer.js";
import { switchOverNames } from "./switch-over-names.js";

/** Writes both projection interfaces with one method for each event, and the switches that call the methods. */
export function writeProjections(out: SourceWriter, feature: FeatureCode): void {
  const { name, exports, events } = feature;
  if (events.length === 0) return;
  const backendEvent = out.runtimeType("BackendEvent");
  out.type(
    `A backend event of the feature ${name}.`,
    exports.event,
    events.map((event) => [backendEvent, `<typeof ${event.export}>`]),
  );
  writeProjection(out, feature, {
    flow: "ui",
    projector: "UiProjector",
    result: "UiEvent",
    interface: exports.uiProjection,
    function: exports.projectUi,
    title: "UI projection",
    purpose: `Projects the events of the feature ${name} to live UI events.`,
  });
  writeProjection(out, feature, {
    flow: "timeline",
    projector: "TimelineProjector",
    result: "TimelineChange",
    interface: exports.timelineProjection,
    function: exports.projectTimeline,
    title: "timeline projection",
    purpose: `Projects the events of the feature ${name} to durable timeline entities.`,
  });
}

interface Projection {
  readonly flow: "ui" | "timeline";
  /** The runtime's type of a method. */
  readonly projector: string;
  /** The runtime's type of one element of the list that a method returns. */
  readonly result: string;
  readonly interface: string;
  readonly function: string;
  readonly title: string;
  readonly purpose: string;
}

function writeProjection(out: SourceWriter, feature: FeatureCode, projection: Projection): void {
  const projector = out.runtimeType(projection.projector);
  out.interface(
    projection.purpose,
    projection.interface,
    feature.events.map((event) => ({
      doc: methodDoc(event.mark.message),
      name: event.method,
      type: [projector, `<typeof ${event.export}, `, flowType(out, feature, event, projection.flow), ">"],
    })),
  );
  out.function(
    `Calls the ${projection.title}'s method for an event.`,
    projection.function,
    [
      ["projection", projection.interface],
      ["event", feature.exports.event],
      ["view", out.runtimeType("TimelineView")],
    ],
    ["readonly ", out.runtimeType(projection.result), "[]"],
    switchOverNames(out, feature.events, { subject: "event", receiver: "projection", args: "event, view" }),
  );
}
