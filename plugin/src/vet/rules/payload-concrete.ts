import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { genericTypes } from "@sessionstream/proto/schema-facts";
import { kindTitles } from "../../model/index.js";
import type { Rule } from "./rule.js";

export const payloadConcrete: Rule = {
  id: "SESSIONSTREAM_PAYLOAD_CONCRETE",
  purpose: "A payload is a concrete message, not a Struct, Value, ListValue or Any, nor one in disguise.",
  check({ files }, report) {
    for (const { kind, message, location, binding } of files.flatMap(({ marks }) => marks)) {
      const fields = fieldsToGeneric(message);
      if (fields === undefined) continue;
      const [inner] = fields.slice(-1);
      const payload = `${kindTitles[kind]} payload ${message.typeName}`;
      report(
        binding?.messageLocation ?? location,
        inner === undefined
          ? `${payload} has no schema: declare a message with the fields that it carries`
          : `${payload} holds only ${inner.message?.typeName}, in "${fields.map(({ name }) => name).join(".")}", which has no schema: give it the fields that it carries`,
      );
    }
  },
};

/**
 * The fields that lead from a message to a generic type, if the message contains
 * nothing else. Undefined for a concrete message.
 */
function fieldsToGeneric(message: DescMessage): readonly DescField[] | undefined {
  const fields: DescField[] = [];
  const seen = new Set<DescMessage>();
  for (let current = message; !genericTypes.has(current.typeName); ) {
    seen.add(current);
    const [field, ...more] = current.fields;
    if (field?.message === undefined || more.length > 0 || seen.has(field.message)) return undefined;
    fields.push(field);
    current = field.message;
  }
  return fields;
}
