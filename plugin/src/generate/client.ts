import { methodDoc } from "./doc-comments.js";
import { type FeatureCode, ofKind } from "./feature-code.js";
import type { SourceWriter } from "./source-writer.js";
import { switchOverNames } from "./switch-over-names.js";

/** Writes the type of a session for clients of the feature, and the client projection that keeps its timeline live. */
export function writeClient(out: SourceWriter, feature: FeatureCode): void {
  const { name, exports, uiEvents } = feature;
  out.type(`A session as a client of the feature ${name} sees it.`, exports.client, [
    [out.runtimeType("SessionClient"), `<typeof ${exports.feature}>`],
  ]);
  if (uiEvents.length > 0) writeClientProjection(out, feature);
}

function writeClientProjection(out: SourceWriter, { name, exports, parts, uiEvents }: FeatureCode): void {
  const liveUiEvent = out.runtimeType("LiveUiEvent");
  out.type(
    `A live UI event of the feature ${name}.`,
    exports.uiEvent,
    uiEvents.map((uiEvent) => [liveUiEvent, `<typeof ${uiEvent.export}>`]),
  );
  const entities = ofKind(parts, "timeline_entity").map((entity) => `typeof ${entity.export}`);
  const clientProjector = out.runtimeType("ClientProjector");
  out.interface(
    `Folds the UI events of the feature ${name} into a client's timeline.`,
    exports.clientProjection,
    uiEvents.map((uiEvent) => ({
      doc: methodDoc(uiEvent.mark.message),
      name: uiEvent.method,
      type: [clientProjector, `<typeof ${uiEvent.export}, ${entities.join(" | ") || "never"}>`],
    })),
  );
  out.function(
    "Calls the client projection's method for a UI event.",
    exports.projectClient,
    [
      ["projection", exports.clientProjection],
      ["event", exports.uiEvent],
      ["view", out.runtimeType("TimelineView")],
    ],
    ["readonly ", out.runtimeType("TimelineChange"), "[]"],
    switchOverNames(out, uiEvents, { subject: "event", receiver: "projection", args: "event, view" }),
  );
  out.function(
    `The feature ${name} for a client whose timeline the projection keeps live.`,
    exports.implementClient,
    [["projection", exports.clientProjection]],
    [out.runtimeType("ClientFeature"), `<typeof ${exports.feature}>`],
    [
      "return {",
      `  desc: ${exports.feature},`,
      [
        ["  project: (", out.parameter("event", exports.uiEvent), ", view)"],
        ` => ${exports.projectClient}(projection, event, view),`,
      ],
      "};",
    ],
  );
}
