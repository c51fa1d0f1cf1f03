import type { FeatureCode } from "./feature-code.js";
import type { Printable } from "./generated-file.js";
import type { SourceWriter } from "./source-writer.js";

/** Writes the interface of the whole implementation, and the function that makes a Feature from it. */
export function writeImplementation(out: SourceWriter, feature: FeatureCode): void {
  const { name, exports, commands, events, oldEvents } = feature;
  const members: { doc?: string; name: string; type: Printable; wiring: Printable }[] = [];
  if (commands.length > 0) {
    members.push({
      name: "handlers",
      type: exports.handlers,
      wiring: [
        ["handle: (", out.parameter("context", exports.commandContext), ")"],
        ` => ${exports.handle}(implementation.handlers, context)`,
      ],
    });
  }
  if (events.length > 0) {
    members.push(
      {
        name: "ui",
        type: exports.uiProjection,
        wiring: [
          ["ui: (", out.parameter("event", exports.event), ", view)"],
          ` => ${exports.projectUi}(implementation.ui, event, view)`,
        ],
      },
      {
        name: "timeline",
        type: exports.timelineProjection,
        wiring: [
          ["timeline: (", out.parameter("event", exports.event), ", view)"],
          ` => ${exports.projectTimeline}(implementation.timeline, event, view)`,
        ],
      },
    );
  }
  if (oldEvents.length > 0) {
    members.push({
      name: "upcasts",
      type: exports.upcasts,
      wiring: [
        ["upcast: (", out.parameter("event", exports.oldEvent), ")"],
        ` => ${exports.upcast}(implementation.upcasts, event)`,
      ],
    });
  }
  if (events.length > 0) {
    members.push({
      doc: "Called when a session is taken into memory, to mend what the end of a process interrupted.",
      name: "opened?",
      type: [
        ["(context: ", out.runtimeType("OpenedContext"), "<"],
        events.map((event, index) => `${index === 0 ? "" : " | "}typeof ${event.export}`),
        ">) => void | Promise<void>",
      ],
      wiring: "opened: implementation.opened && ((context) => implementation.opened?.(context))",
    });
  }
  if (members.length > 0) {
    out.interface(
      `What an application implements of the feature ${name}.`,
      exports.implementation,
      members.map(({ doc = "", name, type }) => ({ doc, name, type })),
    );
  }
  out.function(
    `The feature ${name} with its implementation, for a Hub.`,
    exports.implement,
    members.length > 0 ? [["implementation", exports.implementation]] : [],
    out.runtimeType("Feature"),
    ["return {", `  desc: ${exports.feature},`, ...members.map(({ wiring }) => ["  ", wiring, ","]), "};"],
  );
}
