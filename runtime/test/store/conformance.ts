import type { Store } from "@sessionstream/runtime";
import { afterEach, beforeEach, describe } from "vitest";
import { commandConformance } from "./command-conformance.js";
import { commitConformance } from "./commit-conformance.js";
import { readConformance } from "./read-conformance.js";
import { sharedConformance } from "./shared-conformance.js";

/** What the suites of the conformance test are given. */
export interface StoreUnderTest {
  readonly store: () => Store;
  /** Closes the store and opens what it left. */
  readonly reopen: () => Promise<Store>;
  /** A second store on the same sessions, while the first is open. */
  readonly second: () => Store;
}

/**
 * Tests that a store is what `Store` promises. `open` makes a new, empty store;
 * `again`, where the store outlasts being closed, opens what the last `open`
 * began, also a second time at once.
 */
export function storeConformance(name: string, open: () => Store, again?: () => Store): void {
  describe(`${name} as a store`, () => {
    const opened: Store[] = [];
    let store: Store;
    const keep = (made: Store): Store => {
      opened.push(made);
      return made;
    };
    beforeEach(() => {
      store = keep(open());
    });
    afterEach(async () => {
      for (const each of opened.splice(0)) await each.close();
    });
    commitConformance(() => store);
    readConformance(() => store, open);
    commandConformance(() => store);
    if (again !== undefined) {
      sharedConformance({
        store: () => store,
        reopen: async () => {
          await store.close();
          return keep(again());
        },
        second: () => keep(again()),
      });
    }
  });
}
