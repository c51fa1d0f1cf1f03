// What tests of applications and of stores import.

export { type StoreCase, storeConformance } from "./store/conformance.js";
export type { TestRunner } from "./store/runner.js";
