import type { FeatureCode } from "./feature-code.js";
import type { Printable } from "./generated-file.js";
import type { SourceWriter } from "./source-writer.js";

/** A member of the interface that an application implements. */
interface Member {
  readonly name: string;
  readonly type: Printable;
  /** The functions of the Feature that call the member. */
  readonly wiring: readonly Printable[];
}

/** Writes the interface of the whole implementation, and the function that makes a Feature from it. */
export function writeImplementation(out: SourceWriter, feature: FeatureCode): void {
  const { name, exports } = feature;
  const members = membersOf(out, feature);
  if (members.length > 0) {
    out.interface(
      `What an application implements of the feature ${name}.`,
      exports.implementation,
      members.map(({ name, type }) => ({ doc: "", name, type })),
    );
  }
  const wiring = members.flatMap((member) => member.wiring);
  out.function(
    `The feature ${name} with its implementation, for a Hub.`,
    exports.implement,
    members.length > 0 ? [["implementation", exports.implementation]] : [],
    out.runtimeType("Feature"),
    ["return {", `  desc: ${exports.feature},`, ...wiring.map((line) => ["  ", line, ","]), "};"],
  );
}

function membersOf(out: SourceWriter, { exports, commands, events, oldEvents, runs }: FeatureCode): readonly Member[] {
  const members: Member[] = [];
  const add = (name: string, type: string, ...wiring: readonly Printable[]): void => {
    members.push({ name, type, wiring });
  };
  if (commands.length > 0) {
    add("handlers", exports.handlers, [
      ["handle: (", out.parameter("context", exports.commandContext), ")"],
      ` => ${exports.handle}(implementation.handlers, context)`,
    ]);
  }
  if (runs.length > 0) {
    add(
      "runs",
      exports.runs,
      [
        ["run: (", out.parameter("context", exports.runContext), ")"],
        ` => ${exports.run}(implementation.runs, context)`,
      ],
      [
        ["ended: (view, ", out.parameter("end", exports.runEnd), ")"],
        ` => ${exports.endRun}(implementation.runs, view, end)`,
      ],
    );
  }
  if (events.length > 0) {
    add("ui", exports.uiProjection, [
      ["ui: (", out.parameter("event", exports.event), ", view)"],
      ` => ${exports.projectUi}(implementation.ui, event, view)`,
    ]);
    add("timeline", exports.timelineProjection, [
      ["timeline: (", out.parameter("event", exports.event), ", view)"],
      ` => ${exports.projectTimeline}(implementation.timeline, event, view)`,
    ]);
  }
  if (oldEvents.length > 0) {
    add("upcasts", exports.upcasts, [
      ["upcast: (", out.parameter("event", exports.oldEvent), ")"],
      ` => ${exports.upcast}(implementation.upcasts, event)`,
    ]);
  }
  return members;
}
