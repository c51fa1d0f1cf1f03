import { highestVersion } from "@sessionstream/proto/schema-facts";
import type { Rule } from "./rule.js";

export const version: Rule = {
  id: "SESSIONSTREAM_VERSION",
  purpose: "The version of an event counts how often its meaning changed.",
  check({ files }, report) {
    for (const { version, versionLocation } of files.flatMap(({ marks }) => marks)) {
      if (version <= highestVersion) continue;
      report(versionLocation, `version ${version}: want at most ${highestVersion}; versions count up by one`);
    }
  },
};
