import { type BindingMark, type SchemaFile, visibleMessages } from "../../model/index.js";
import { nearest } from "../../naming/nearest.js";
import type { Rule } from "./rule.js";

export const binding: Rule = {
  id: "SESSIONSTREAM_BINDING",
  purpose: "A binding marks a message of an imported file as at least one kind.",
  check({ files }, report) {
    for (const file of files) {
      for (const bound of file.bindings) {
        const { message, typeName } = bound;
        if (message === undefined) {
          report(bound.messageLocation, unknown(file, bound));
        } else if (message.file === file.desc) {
          report(
            bound.messageLocation,
            `binding of ${typeName}, which this file declares: write the options into the message instead`,
          );
        }
        if (bound.kinds.length === 0) {
          report(
            bound.location,
            `binding of ${typeName || "a message"} marks it as nothing: add command, event, ui_event, timeline_entity or run, as in event: {}`,
          );
        }
        if (bound.entityId !== "" && !bound.kinds.includes("timeline_entity")) {
          report(
            bound.entityIdLocation,
            `binding of ${typeName || "a message"} has an entity_id and no timeline_entity: remove it, or add timeline_entity: {}`,
          );
        }
      }
    }
  },
};

function unknown({ desc }: SchemaFile, { typeName }: BindingMark): string {
  if (typeName === "") return `binding names no message: write its full name, as in message: "acme.v1.Invoice"`;
  const near = nearest(typeName, visibleMessages(desc).keys());
  const mend = near === undefined ? "write its full name, and import its file" : `did you mean "${near}"?`;
  return `binding of ${JSON.stringify(typeName)}, which no imported file declares: ${mend}`;
}
