import { longestRetryPause, mostRetries } from "@sessionstream/proto/schema-facts";
import type { Rule } from "./rule.js";

export const runRetry: Rule = {
  id: "SESSIONSTREAM_RUN_RETRY",
  purpose: "A run is tried again a limited number of times, after a pause that a timer can wait.",
  check({ files }, report) {
    for (const { retry } of files.flatMap(({ marks }) => marks)) {
      if (retry === undefined) continue;
      const { retries, retriesLocation, after = 0, afterLocation } = retry;
      if (retries > mostRetries) {
        report(
          retriesLocation,
          `retries ${retries}: want at most ${mostRetries}; what fails that often fails for good`,
        );
      }
      if (after > longestRetryPause) {
        report(
          afterLocation,
          `retry_after_ms ${after}: want at most ${longestRetryPause}, which is about 24 days; the option is in milliseconds`,
        );
      }
    }
  },
};
