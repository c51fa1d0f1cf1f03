import fc from "fast-check";
import { describe, test } from "vitest";
import { cases } from "../../fixtures/cases.js";
import { places } from "../../fixtures/stores.js";
import { holdsLaws } from "./check.js";
import { history } from "./history.js";
import { World } from "./world.js";

// Laws 1, 2 and 3, which are promises of the README, for whatever may happen to a hub. Where one breaks, the
// message has the seed and the smallest history that breaks it.

describe.each(places)("on %s, after any history", (name, makePlace) => {
  // One history takes milliseconds; one that takes seconds hangs.
  const limits = { ...cases(name === "memory" ? 50 : 14, 12_000), timeout: 5_000 };

  test("of one hub: dense ordinals in order of publication, one fold, acknowledged is durable, fan-out in order", async () => {
    await fc.assert(
      fc.asyncProperty(history, (given) => holdsLaws(new World(makePlace(), given, 1))),
      limits,
    );
  });

  test("of two hubs that publish into the same sessions: the same", async () => {
    await fc.assert(
      fc.asyncProperty(history, (given) => holdsLaws(new World(makePlace(), given, 2))),
      limits,
    );
  });
});
