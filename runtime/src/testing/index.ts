// What tests of applications and of stores import.

export type { ExpectedError } from "./kit/checks.js";
export type { Ended, GivenOptions } from "./kit/ended.js";
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
export { given } from "./kit/given.js";
export { atEachAwait } from "./kit/run/at-each-await.js";
export type { AwaitChoice, AwaitKind, Crash } from "./kit/run/crash.js";
export type { Done, ExpectedDone } from "./kit/run/done.js";
export { type Effect, effect } from "./kit/run/effect.js";
export type { EffectCall, ExpectedCall } from "./kit/run/effect-call.js";
export type { ExpectedOutcome } from "./kit/run/run-checks.js";
export type { RunChoice } from "./kit/run/run-choice.js";
export type { Given, Step, StepOptions, WhenOptions, WhenStartedOptions } from "./kit/step.js";
export { type StoreCase, storeConformance } from "./store/conformance.js";
export type { TestRunner } from "./store/runner.js";
