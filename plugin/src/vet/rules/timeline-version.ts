import type { Rule } from "./rule.js";

export const timelineVersion: Rule = {
  id: "SESSIONSTREAM_TIMELINE_VERSION",
  purpose: "The timeline version of a feature counts how often its timeline projection changed.",
  check({ files }, report) {
    for (const { feature } of files) {
      if (feature === undefined || feature.timelineVersion >= 1) continue;
      report(
        feature.timelineVersionLocation,
        `timeline_version ${feature.timelineVersion}: want at least 1, which is the default`,
      );
    }
  },
};
