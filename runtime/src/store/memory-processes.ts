import type { RunOwner } from "./stored-run.js";

/** The processes that share a store in memory: several hubs may. */
export class MemoryProcesses {
  readonly #beats = new Map<string, number>();

  /** The number of a process's heartbeats. Undefined for one that is not alive. */
  beatOf(process: string): number | undefined {
    return this.#beats.get(process);
  }

  /** A process has claims or runs. */
  know(process: string): void {
    if (!this.#beats.has(process)) this.#beats.set(process, 0);
  }

  /** Returns whether the process counted as alive until now. */
  beat(process: string): boolean {
    const beat = this.#beats.get(process);
    this.#beats.set(process, (beat ?? 0) + 1);
    return beat !== undefined;
  }

  leave(process: string): void {
    this.#beats.delete(process);
  }

  bury({ process, beat }: RunOwner): void {
    if (this.#beats.get(process) === beat) this.#beats.delete(process);
  }
}
