import { formatLocation } from "../../model/index.js";
import type { Rule } from "./rule.js";

export const featureUnique: Rule = {
  id: "SESSIONSTREAM_FEATURE_UNIQUE",
  purpose: "No two files declare a feature of the same name.",
  check({ files }, report) {
    const features = files.map(({ feature }) => feature).filter((feature) => feature !== undefined);
    for (const feature of features) {
      const others = features
        .filter((other) => other !== feature && other.name === feature.name && feature.name !== "")
        .map((other) => other.nameLocation);
      if (others.length === 0) continue;
      report(
        feature.nameLocation,
        `feature "${feature.name}" is declared at ${others.map(formatLocation).join(" and ")} too: keep one of them, and bind the other file's messages from it with option (sessionstream.v1.bind)`,
        others,
      );
    }
  },
};
