import { isFeatureName } from "../../naming/feature-names.js";
import type { Rule } from "./rule.js";

export const featureName: Rule = {
  id: "SESSIONSTREAM_FEATURE_NAME",
  purpose: "The name of a feature is a capitalised identifier.",
  check({ files }, report) {
    for (const { feature } of files) {
      if (feature === undefined || isFeatureName(feature.name)) continue;
      if (feature.name === "") {
        report(feature.location, `feature has no name: write a capitalised identifier, as in {name: "Chat"}`);
        continue;
      }
      const mended = feature.name.charAt(0).toUpperCase() + feature.name.slice(1);
      report(
        feature.nameLocation,
        `feature name ${JSON.stringify(feature.name)} is not a capitalised identifier: want a capital letter, then letters, digits and "_"${
          isFeatureName(mended) ? `, as in "${mended}"` : ""
        }`,
      );
    }
  },
};
