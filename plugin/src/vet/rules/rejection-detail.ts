import { genericTypes } from "@sessionstream/proto/schema-facts";
import { type MessageReference, visibleMessages } from "../../model/index.js";
import { nearest } from "../../naming/nearest.js";
import type { Rule } from "./rule.js";

export const rejectionDetail: Rule = {
  id: "SESSIONSTREAM_REJECTION_DETAIL",
  purpose: "The detail of a rejection is a concrete message of the file or of an imported file.",
  check({ files }, report) {
    for (const { rejections } of files.flatMap(({ marks }) => marks)) {
      for (const { code, detail } of rejections) {
        if (detail === undefined) continue;
        const { message, location } = detail;
        if (message === undefined) {
          report(location, `the detail of rejection ${code} is ${unknown(detail)}`);
        } else if (genericTypes.has(message.typeName)) {
          report(
            location,
            `the detail of rejection ${code} is ${message.typeName}, which has no schema: declare a message with the fields that it carries`,
          );
        }
      }
    }
  },
};

function unknown({ name, location }: MessageReference): string {
  const near = nearest(name, namesIn(location.file));
  const mend = near === undefined ? "import its file" : `did you mean "${near}"?`;
  return `${JSON.stringify(name)}, which neither this file nor an imported file declares: ${mend}`;
}

/** The names by which a file can refer to the messages that it sees. */
function namesIn(file: MessageReference["location"]["file"]): readonly string[] {
  const prefix = `${file.proto.package}.`;
  return [...visibleMessages(file).keys()].map((name) => (name.startsWith(prefix) ? name.slice(prefix.length) : name));
}
