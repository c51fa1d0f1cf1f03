import { formatLocation, kinds, kindTitles } from "../../model/index.js";
import type { Rule } from "./rule.js";

export const nameUnique: Rule = {
  id: "SESSIONSTREAM_NAME_UNIQUE",
  purpose: "A logical name is used once in its kind, across all files.",
  check({ names }, report) {
    for (const kind of kinds) {
      for (const [text, all] of names[kind]) {
        // Without a feature, a derived name is not known.
        const uses = all.filter(({ name, file }) => !name.derived || file.feature?.name);
        if (text === "" || uses.length < 2) continue;
        for (const use of uses) {
          const others = uses.filter((other) => other !== use);
          const where = others.map(({ mark, name }) => `${formatLocation(name.location)} for ${mark.message.typeName}`);
          report(
            use.name.location,
            `${kindTitles[kind]} name "${text}" of ${use.mark.message.typeName} is used at ${where.join(" and ")} too: give one of them another name`,
            others.map(({ name }) => name.location),
          );
        }
      }
    }
  },
};
