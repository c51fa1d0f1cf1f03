import { isLogicalName, logicalNameForm } from "@sessionstream/proto/schema-facts";
import { formatLocation, type NameReference, retiredAt, type SchemaModel } from "../../model/index.js";
import type { Report, Rule } from "./rule.js";

export const retired: Rule = {
  id: "SESSIONSTREAM_RETIRED",
  purpose: "A retired name is a name that events had and no event has, and is retired once.",
  check(model, report) {
    for (const name of model.files.flatMap(({ feature }) => feature?.retired ?? [])) {
      checkForm(name, report);
      checkGone(model, name, report);
    }
    checkOnce(model, report);
  },
};

function checkForm({ name, location }: NameReference, report: Report): void {
  if (isLogicalName(name)) return;
  report(
    location,
    name === ""
      ? "retired names an empty name: write the logical name of an event that is no more, or remove it"
      : `retired names ${JSON.stringify(name)}, which is not an identifier and so never was an event: want ${logicalNameForm}`,
  );
}

function checkGone(model: SchemaModel, { name, location }: NameReference, report: Report): void {
  for (const { name: declared, mark } of model.names.event.get(name) ?? []) {
    const at = `at ${formatLocation(declared.location)}`;
    report(
      location,
      mark.supersededBy === undefined
        ? `retired names "${name}", which is an event ${at}: remove the event's mark, or the name from retired`
        : `retired names "${name}", which is superseded by "${mark.supersededBy.name}" ${at}: remove the name from retired to have it upcast, or the event's mark to have it passed over`,
      [declared.location],
    );
  }
}

function checkOnce(model: SchemaModel, report: Report): void {
  const seen = new Set<string>();
  for (const { feature } of model.files) {
    for (const { name, location } of feature?.retired ?? []) {
      if (!seen.has(name)) {
        seen.add(name);
        continue;
      }
      const [first] = retiredAt(model, name);
      if (name === "" || first === undefined) continue;
      report(location, `retired names "${name}", which is retired at ${formatLocation(first)} already: remove one`, [
        first,
      ]);
    }
  }
}
