import type { Fanout } from "../../session/ui-batch.js";
import type { Store } from "../../store/store.js";
import { toStoreError } from "../../store/store-error.js";
import type { ActiveSessions } from "./active-sessions.js";
import type { Fanouts } from "./fanouts.js";

/** The sessions that somebody follows: what any process commits to them is fanned out here. */
export class FollowedSessions {
  readonly #sessions: ActiveSessions;
  readonly #fanouts: Fanouts;
  readonly #store: Store;
  /** What ends that each session is followed. */
  readonly #following = new Set<() => void>();
  #unwatch: (() => void) | undefined;

  constructor(sessions: ActiveSessions, fanouts: Fanouts, store: Store) {
    this.#sessions = sessions;
    this.#fanouts = fanouts;
    this.#store = store;
  }

  /** Returns what ends it. Throws STORE_FAILED. */
  follow(sessionId: string, fanout: Fanout): () => void {
    const leave = this.keep(sessionId);
    const remove = this.#fanouts.add(fanout, sessionId);
    return () => {
      remove();
      leave();
    };
  }

  /** Keeps a session in memory, and up to date with what other processes commit. Returns what ends it. */
  keep(sessionId: string): () => void {
    this.#unwatch ??= this.#watch();
    const unfollow = this.#sessions.use(sessionId).follow();
    this.#following.add(unfollow);
    return () => {
      unfollow();
      if (this.#following.delete(unfollow) && this.#following.size === 0) this.end();
    };
  }

  #watch(): () => void {
    try {
      return this.#store.watch((moved) => {
        if (moved === undefined) for (const session of this.#sessions.all()) session.moved();
        else for (const { sessionId, revision } of moved) this.#sessions.get(sessionId)?.moved(revision);
      });
    } catch (thrown) {
      throw toStoreError(thrown);
    }
  }

  /** Nobody hears of other processes any more. */
  end(): void {
    for (const unfollow of this.#following) unfollow();
    this.#following.clear();
    this.#unwatch?.();
    this.#unwatch = undefined;
  }
}
