import { suggestFeatureName } from "../../naming/feature-names.js";
import type { Rule } from "./rule.js";

export const featureRequired: Rule = {
  id: "SESSIONSTREAM_FEATURE_REQUIRED",
  purpose: "A file that marks messages is a feature.",
  check({ files }, report) {
    for (const { desc, feature, marks, bindings } of files) {
      const first = marks[0] ?? bindings[0];
      if (feature !== undefined || first === undefined) continue;
      report(
        first.location,
        `messages are marked and the file is no feature: write option (sessionstream.v1.feature) = {name: "${suggestFeatureName(desc)}"};`,
      );
    }
  },
};
