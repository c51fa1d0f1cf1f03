import { formatLocation, type Mark, type SchemaModel } from "../../model/index.js";
import type { Report, Rule } from "./rule.js";

export const supersededFlow: Rule = {
  id: "SESSIONSTREAM_SUPERSEDED_FLOW",
  purpose: "A superseded event is emitted by no command and no run, and declares no flows of its own.",
  check(model, report) {
    for (const mark of model.files.flatMap(({ marks }) => marks)) {
      checkOwnFlows(model, mark, report);
      checkEmits(model, mark, report);
    }
  },
};

function checkEmits(model: SchemaModel, { flows }: Mark, report: Report): void {
  for (const { name, location } of flows.filter(({ option }) => option === "emits").flatMap(({ targets }) => targets)) {
    const successor = successorOf(model, name);
    const today = lastSuccessor(model, successor?.name);
    if (successor === undefined || today === undefined) continue;
    report(
      location,
      `emits names "${name}", which is superseded by "${successor.name}" at ${formatLocation(successor.location)}: emit "${today}" instead`,
      [successor.location],
    );
  }
}

function checkOwnFlows(model: SchemaModel, { flows, supersededBy, message }: Mark, report: Report): void {
  const today = lastSuccessor(model, supersededBy?.name);
  if (today === undefined) return;
  for (const { option, targets } of flows) {
    const [first] = targets;
    if (first === undefined) continue;
    report(
      first.location,
      `event ${message.typeName} is superseded by "${supersededBy?.name}" and declares ${option}, though no projection sees it any more: remove ${option}, or move it to "${today}"`,
    );
  }
}

/**
 * The event at the end of the chain that begins with a successor. This event is
 * published today. Undefined without a successor, and if the chain is a circle, which
 * another rule reports.
 */
function lastSuccessor(model: SchemaModel, successor: string | undefined): string | undefined {
  const passed = new Set<string>();
  let last = successor;
  while (last !== undefined) {
    if (passed.has(last)) return undefined;
    passed.add(last);
    const next = successorOf(model, last)?.name;
    if (next === undefined) break;
    last = next;
  }
  return last;
}

function successorOf({ names }: SchemaModel, name: string): Mark["supersededBy"] {
  return names.event.get(name)?.[0]?.mark.supersededBy;
}
