import type { Rule } from "./rule.js";

export const entityIdPlacement: Rule = {
  id: "SESSIONSTREAM_ENTITY_ID_PLACEMENT",
  purpose: "Only fields of timeline entities are marked with entity_id.",
  check({ files }, report) {
    const marks = files.flatMap((file) => file.marks).filter(({ kind }) => kind === "timeline_entity");
    const entities = new Set(marks.map(({ message }) => message));
    for (const { field, location } of files.flatMap(({ idFields }) => idFields)) {
      if (field.kind === "extension") {
        report(location, `entity_id is on the extension field ${field.typeName}: want a field of the message itself`);
      } else if (!entities.has(field.parent)) {
        report(
          location,
          `entity_id is on field "${field.name}" of ${field.parent.typeName}, which is not a timeline entity: remove it, or write option (sessionstream.v1.timeline_entity) = {}; into the message`,
        );
      }
    }
  },
};
