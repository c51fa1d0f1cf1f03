import type { Rule } from "../rule.js";

// Each version below an event's has a member in the generated upcasts.
const most = 100;

export const version: Rule = {
  id: "SESSIONSTREAM_VERSION",
  purpose: "The version of an event counts how often its meaning changed.",
  check({ files }, report) {
    for (const { version, versionPlace } of files.flatMap(({ marks }) => marks)) {
      if (version > most) report(versionPlace, `version ${version}: want at most ${most}; versions count up by one`);
    }
  },
};
