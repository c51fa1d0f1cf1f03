import { methodDoc } from "./doc-comments.js";
import type { FeatureCode, MethodPart } from "./feature-code.js";
import { flowType } from "./flow-types.js";
import type { SourceWriter } from "./source-writer.js";
import { switchOverNames } from "./switch-over-names.js";

/** Writes the interface with the implementation of each run, and the switches that call what it has. */
export function writeRuns(out: SourceWriter, feature: FeatureCode): void {
  const { name, exports, runs } = feature;
  if (runs.length === 0) return;
  const implementation = out.runtimeType("RunImplementation");
  out.interface(
    `Does the runs of the feature ${name}.`,
    exports.runs,
    runs.map((run) => ({
      doc: methodDoc(run.mark.message),
      name: run.method,
      type: [implementation, `<typeof ${run.export}, `, flowType(out, feature, run, "emits"), ">"],
    })),
  );
  writeDoing(out, feature);
  writeEnding(out, feature);
}

function writeDoing(out: SourceWriter, { name, exports, runs }: FeatureCode): void {
  const context = out.runtimeType("RunContext");
  out.type(
    `A run of the feature ${name}, with what its attempt is given.`,
    exports.runContext,
    runs.map((run) => [context, `<typeof ${run.export}>`]),
  );
  out.function(
    "Does an attempt of a run.",
    exports.run,
    [
      ["runs", exports.runs],
      ["context", exports.runContext],
    ],
    "void | Promise<void>",
    switchOverNames(out, runs.map(calling("run")), { subject: "context", receiver: "runs", args: "context" }),
  );
}

function writeEnding(out: SourceWriter, { name, exports, runs }: FeatureCode): void {
  const end = out.runtimeType("RunEnd");
  out.type(
    `The end of a run of the feature ${name}.`,
    exports.runEnd,
    runs.map((run) => [end, `<typeof ${run.export}>`]),
  );
  out.function(
    "Decides what is committed with the end of a run.",
    exports.endRun,
    [
      ["runs", exports.runs],
      ["view", out.runtimeType("TimelineView")],
      ["end", exports.runEnd],
    ],
    ["readonly ", out.runtimeType("DraftOf"), "<", out.runtimeType("DescEvent"), ">[]"],
    switchOverNames(out, runs.map(calling("ended")), { subject: "end", receiver: "runs", args: "view, end" }),
  );
}

/** The run with a member of its implementation as its method. */
function calling(member: "run" | "ended"): (run: MethodPart) => MethodPart {
  return (run) => ({ ...run, method: `${run.method}.${member}` });
}
