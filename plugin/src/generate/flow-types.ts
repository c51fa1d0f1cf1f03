import type { Flow } from "../model/index.js";
import { generatedPath } from "../naming/generated-path.js";
import { runtimeNames } from "../naming/runtime-names.js";
import { type FeatureCode, type Part, partsOf } from "./feature-code.js";
import type { Printable } from "./generated-file.js";
import type { SourceWriter } from "./source-writer.js";

/**
 * The type of what a part may emit, or what it may be projected to. For a declared
 * flow, the type is the union of the descriptors that the flow names, in any file.
 * Without a declared flow, the type allows every descriptor of the kind.
 */
export function flowType(
  out: SourceWriter,
  { model, file }: FeatureCode,
  { mark }: Part,
  option: Flow["option"],
): Printable {
  const flow = mark.flows.find((candidate) => candidate.option === option);
  if (flow === undefined) return out.runtimeType(runtimeNames[flowKinds[option]].type);
  const names = new Set(flow.targets.map(({ name }) => name));
  return [...names]
    .flatMap((name) => model.names[flow.to].get(name)?.slice(0, 1) ?? [])
    .map((target, index) => {
      const exported = partsOf(target.file).get(target.name)?.export ?? target.name.text;
      const symbol = target.file === file ? exported : out.importType(generatedPath(target.file.desc), exported);
      return [index === 0 ? "typeof " : " | typeof ", symbol];
    });
}

const flowKinds = { emits: "event", ui: "ui_event", timeline: "timeline_entity" } as const;
