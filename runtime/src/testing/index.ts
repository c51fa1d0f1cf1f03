// What tests of applications and of stores import.

export type { ExpectedError } from "./kit/checks.js";
export { type ExpectedEntity, type ExpectedEvent, type ExpectedUiEvent, type Like, like } from "./kit/expected.js";
export {
  type FailingStore,
  failingStore,
  type HeldCall,
  type StoreFailure,
  type StoreMethod,
} from "./kit/failing-store.js";
export { type FakeClock, fakeClock } from "./kit/fake-clock.js";
export { type Folded, type FoldOptions, fold } from "./kit/fold.js";
export { type Given, given, type Step, type WhenOptions } from "./kit/given.js";
export type { Ended, GivenOptions } from "./kit/scenario.js";
export { type StoreCase, storeConformance } from "./store/conformance.js";
export type { TestRunner } from "./store/runner.js";
