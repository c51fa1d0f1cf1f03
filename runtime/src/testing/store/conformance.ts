import type { Store } from "../../store/store.js";
import { commitConformance } from "./commit-conformance.js";
import { keyConformance } from "./key-conformance.js";
import { readConformance } from "./read-conformance.js";
import type { TestRunner } from "./runner.js";
import { sharedConformance } from "./shared-conformance.js";

/** A store that is to be tested. */
export interface StoreCase {
  /** Makes a new, empty store. */
  open(): Store;
  /**
   * For a store that outlasts being closed: opens what the last `open` began, also
   * a second time at once.
   */
  reopen?(): Store;
}

/**
 * Tests that a store is what `Store` promises: the suite that the stores of this
 * package pass.
 *
 * @example
 * ```ts
 * import * as vitest from "vitest";
 * import { storeConformance } from "@sessionstream/runtime/testing";
 *
 * storeConformance(vitest, "my store", { open: () => myStore() });
 * ```
 */
export function storeConformance(runner: TestRunner, name: string, { open, reopen }: StoreCase): void {
  const { afterEach, beforeEach, describe } = runner;
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
    commitConformance(runner, () => store);
    readConformance(runner, () => store, open);
    keyConformance(runner, () => store);
    if (reopen !== undefined) {
      sharedConformance(runner, {
        store: () => store,
        reopen: async () => {
          await store.close();
          return keep(reopen());
        },
        second: () => keep(reopen()),
      });
    }
  });
}
