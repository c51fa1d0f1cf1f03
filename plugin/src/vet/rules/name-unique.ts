import { formatPlace, kinds, kindTitles } from "../../model/index.js";
import type { Rule } from "../rule.js";

export const nameUnique: Rule = {
  id: "SESSIONSTREAM_NAME_UNIQUE",
  purpose: "A logical name is used once in its kind, across all files.",
  check({ names }, report) {
    for (const kind of kinds) {
      for (const [text, uses] of names[kind]) {
        if (uses.length === 1 || text === "") continue;
        for (const use of uses) {
          const others = uses.filter((other) => other !== use);
          const where = others.map(({ mark, name }) => `${formatPlace(name.place)} for ${mark.message.typeName}`);
          report(
            use.name.place,
            `${kindTitles[kind]} name "${text}" of ${use.mark.message.typeName} is used at ${where.join(" and ")} too: give one of them another name`,
            others.map(({ name }) => name.place),
          );
        }
      }
    }
  },
};
