import {
  aKind,
  declaredAt,
  type Flow,
  formatLocation,
  type Kind,
  kinds,
  kindTitles,
  retiredAt,
  type SchemaModel,
} from "../../model/index.js";
import { nearest } from "../../naming/nearest.js";
import type { Rule } from "./rule.js";

export const flowTarget: Rule = {
  id: "SESSIONSTREAM_FLOW_TARGET",
  purpose: "A flow names declared events, UI events or timeline entities, each of the kind that is wanted.",
  check(model, report) {
    for (const flow of model.files.flatMap(({ marks }) => marks).flatMap(({ flows }) => flows)) {
      for (const { name, location } of flow.targets) {
        if (!model.names[flow.to].has(name)) report(location, whatIsWrong(model, flow, name), declaredAt(model, name));
      }
    }
  },
};

function whatIsWrong(model: SchemaModel, { option, to }: Flow, name: string): string {
  const parts = [`${option} names "${name}", ${describeMiss(model, to, name)}`];
  if (!model.complete) {
    parts.push(`if it is declared in another directory, set "strategy: all" for this plugin in buf.gen.yaml`);
  }
  return parts.join("; ").replace("?;", "?");
}

function describeMiss(model: SchemaModel, wanted: Kind, name: string): string {
  const kind = kinds.find((candidate) => model.names[candidate].has(name));
  if (kind !== undefined) {
    return `which is ${aKind(kind)} at ${declaredAt(model, name).map(formatLocation)[0]}: want ${aKind(wanted)}`;
  }
  const [retired] = wanted === "event" ? retiredAt(model, name) : [];
  if (retired !== undefined) return `which is retired at ${formatLocation(retired)}: want an event of today`;
  const near = nearest(name, model.names[wanted].keys());
  return `and no ${kindTitles[wanted]} has that name${near === undefined ? "" : `: did you mean "${near}"?`}`;
}
