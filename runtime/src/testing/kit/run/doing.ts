import { AsyncLocalStorage } from "node:async_hooks";
import type { TestProcess } from "./process.js";

/** Who does something: a process, and there a run. */
export interface Doer {
  readonly process: TestProcess;
  readonly run: { readonly id: string; readonly name: string; readonly attempt: number } | undefined;
}

/** Who calls, wherever that is. */
export const doing = new AsyncLocalStorage<Doer>();
