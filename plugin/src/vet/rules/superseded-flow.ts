import { formatPlace, type Mark } from "../../model/index.js";
import type { Report, Rule } from "../rule.js";

export const supersededFlow: Rule = {
  id: "SESSIONSTREAM_SUPERSEDED_FLOW",
  purpose: "A superseded event is emitted by no command, and declares no flows of its own.",
  check({ files, names }, report) {
    for (const mark of files.flatMap(({ marks }) => marks)) {
      if (mark.supersededBy !== undefined) checkOwnFlows(mark, report);
      for (const { option, targets } of mark.flows) {
        if (option !== "emits") continue;
        for (const { name, place } of targets) {
          const [target] = names.event.get(name) ?? [];
          const successor = target?.mark.supersededBy;
          if (successor === undefined) continue;
          report(
            place,
            `emits names "${name}", which is superseded by "${successor.name}" at ${formatPlace(successor.place)}: emit "${successor.name}" instead`,
            [successor.place],
          );
        }
      }
    }
  },
};

function checkOwnFlows({ flows, supersededBy, message }: Mark, report: Report): void {
  for (const { option, targets } of flows) {
    const [first] = targets;
    if (first === undefined) continue;
    report(
      first.place,
      `event ${message.typeName} is superseded by "${supersededBy?.name}" and declares ${option}, though no projection sees it any more: remove ${option}, or move it to "${supersededBy?.name}"`,
    );
  }
}
