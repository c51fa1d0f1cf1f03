import type { Store } from "../../store/store.js";
import { checkpointConformance } from "./checkpoint-conformance.js";
import { closeConformance } from "./close-conformance.js";
import { commitConformance } from "./commit-conformance.js";
import { deleteConformance } from "./delete-conformance.js";
import { exactConformance } from "./exact-conformance.js";
import { foldConformance } from "./fold-conformance.js";
import { keyConformance } from "./key-conformance.js";
import { keyExpiryConformance } from "./key-expiry-conformance.js";
import { readConformance } from "./read-conformance.js";
import { runConformance } from "./run-conformance.js";
import { runOwnerConformance } from "./run-owner-conformance.js";
import type { TestRunner } from "./runner.js";
import { sharedConformance } from "./shared-conformance.js";
import { wholeConformance } from "./whole-conformance.js";

/** The store to test. */
export interface StoreCase {
  /** Makes a new, empty store. */
  open(): Store;
  /**
   * Opens the content of the last `open` again, also while that store is still open. Leave
   * it out if the content does not outlast the store.
   */
  reopen?(): Store;
}

/**
 * Adds the tests that every store must pass. The stores of this package pass the same
 * tests.
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
    foldConformance(runner, () => store);
    readConformance(runner, () => store);
    exactConformance(runner, () => store);
    closeConformance(runner, () => store, open);
    keyConformance(runner, () => store);
    runConformance(runner, () => store);
    runOwnerConformance(runner, () => store);
    keyExpiryConformance(runner, () => store);
    deleteConformance(runner, () => store);
    wholeConformance(runner, () => store);
    checkpointConformance(runner, () => store);
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
