import { LiveSession } from "./active-session.js";
import type { HubCore } from "./lane-host.js";

/**
 * The sessions in memory. Those that have something to do stay; of the idle
 * ones, those used last, up to a number. A session that left is read from the
 * store when it is next used.
 */
export class LiveSessions {
  readonly #core: HubCore;
  readonly #keepIdle: number;
  /** In the order of their last use. */
  readonly #sessions = new Map<string, LiveSession>();

  constructor(core: HubCore, keepIdle: number) {
    this.#core = core;
    this.#keepIdle = keepIdle;
  }

  get(id: string): LiveSession | undefined {
    return this.#sessions.get(id);
  }

  all(): LiveSession[] {
    return [...this.#sessions.values()];
  }

  /** The session, taken into memory if it is not there. */
  use(id: string): LiveSession {
    const found = this.#sessions.get(id);
    if (found !== undefined) {
      this.#sessions.delete(id);
      this.#sessions.set(id, found);
      return found;
    }
    this.#evict();
    const session = new LiveSession(id, this.#core);
    this.#sessions.set(id, session);
    return session;
  }

  #evict(): void {
    let excess = this.#sessions.size - this.#keepIdle;
    for (const [id, session] of this.#sessions) {
      if (excess < 0) return;
      if (!session.isIdle) continue;
      this.#sessions.delete(id);
      excess--;
    }
  }
}
