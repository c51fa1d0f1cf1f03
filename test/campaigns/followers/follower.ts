import { processIsGone } from "../../processes/child.js";
import type { ConsoleProcess, Heard } from "../../processes/console-process.js";

/**
 * Follows a session at a process, as a client would: it begins with a snapshot, takes every batch above it,
 * and begins again at a reset. What it hears twice, not at all or out of order, it says.
 */
export class Follower {
  readonly wrong: string[] = [];
  /** All that was shown live, by ordinal. */
  readonly shown = new Map<bigint, string>();
  /** What was shown since it began the last time. */
  shownSince = new Map<bigint, string>();
  resets = 0;
  readonly #process: ConsoleProcess;
  readonly #session: string;
  readonly #name: string;
  #held: Heard[] | undefined = [];
  #isStale = false;
  #hydratedTo = 0n;
  #last = 0n;

  constructor(process: ConsoleProcess, session: string, name: string) {
    this.#process = process;
    this.#session = session;
    this.#name = name;
  }

  /** The ordinal of the last event that it knows. Undefined while it begins. */
  get last(): bigint | undefined {
    return this.#held === undefined ? this.#last : undefined;
  }

  start(): Promise<void> {
    return this.#begin(() => this.#process.follow(this.#session, (heard) => this.#hear(heard)));
  }

  #begin(ask: () => ReturnType<ConsoleProcess["begin"]>): Promise<void> {
    return this.#tryBegin(ask).catch(({ message }: Error) => {
      // Then nobody follows here any more.
      if (message !== processIsGone) this.wrong.push(`${this.#name} could not begin: ${message}`);
    });
  }

  async #tryBegin(ask: () => ReturnType<ConsoleProcess["begin"]>): Promise<void> {
    this.#held = [];
    this.#isStale = false;
    const { ordinal, missed } = await ask();
    if (this.#isStale) return this.#tryBegin(() => this.#process.begin(this.#session));
    this.#last = ordinal;
    for (const heard of missed) this.#take(heard);
    this.#hydratedTo = this.#last;
    const held: Heard[] = this.#held;
    this.#held = undefined;
    for (const heard of held) this.#hear(heard);
  }

  #hear(heard: Heard): void {
    if (heard.isReset) {
      this.resets++;
      this.shownSince = new Map();
      if (this.#held !== undefined) this.#isStale = true;
      else void this.#begin(() => this.#process.begin(this.#session));
      return;
    }
    if (this.#held !== undefined) this.#held.push(heard);
    else if (heard.ordinal > this.#hydratedTo) this.#take(heard);
  }

  #take({ ordinal, shown }: Heard): void {
    if (ordinal !== this.#last + 1n) this.wrong.push(`${this.#name} heard ${ordinal} after ${this.#last}`);
    this.#last = ordinal;
    this.shown.set(ordinal, shown);
    this.shownSince.set(ordinal, shown);
  }
}
