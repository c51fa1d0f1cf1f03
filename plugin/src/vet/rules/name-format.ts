import { isLogicalName, logicalNameForm } from "@sessionstream/proto/schema-facts";
import { kindTitles } from "../../model/index.js";
import type { Rule } from "./rule.js";

export const nameFormat: Rule = {
  id: "SESSIONSTREAM_NAME_FORMAT",
  purpose: "A logical name that is written is an identifier.",
  check({ files }, report) {
    for (const { kind, names } of files.flatMap(({ marks }) => marks)) {
      for (const { text, location, derived } of names) {
        if (derived || isLogicalName(text)) continue;
        report(
          location,
          text === ""
            ? `${kindTitles[kind]} name is empty: write a name, or leave out the option's name to have it derived`
            : `${kindTitles[kind]} name ${JSON.stringify(text)} is not an identifier: want ${logicalNameForm}`,
        );
      }
    }
  },
};
