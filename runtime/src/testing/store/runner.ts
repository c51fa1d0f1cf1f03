import type { Store } from "../../store/store.js";

/**
 * The parts of the module `vitest` that the tests need. The caller gives the module, so
 * this package does not import it.
 */
export type TestRunner = Pick<typeof import("vitest"), "afterEach" | "beforeEach" | "describe" | "expect" | "test">;

/** What the suites of the conformance test are given. */
export interface StoreUnderTest {
  readonly store: () => Store;
  /** Closes the store and opens what it left. */
  readonly reopen: () => Promise<Store>;
  /** A second store on the same sessions, while the first is open. */
  readonly second: () => Store;
}
