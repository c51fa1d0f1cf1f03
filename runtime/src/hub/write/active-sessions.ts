import { ActiveSession } from "./active-session.js";
import type { SessionHost } from "./lane/session-host.js";

/** How many sessions are looked at for each that comes, whether they can leave the memory. */
const mostLooks = 8;

/**
 * The sessions in memory. Those that have something to do stay; of the idle
 * ones, those used last, up to a size. A session that left is read from the
 * store when it is next used.
 */
export class ActiveSessions {
  readonly #host: SessionHost;
  readonly #keepIdle: number;
  /** In the order of their last use. */
  readonly #sessions = new Map<string, ActiveSession>();
  /** The one used last: most uses are of it again, and to move it costs more the more there are. */
  #last: string | undefined;
  /** As far as they were told. */
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  constructor(host: SessionHost, keepIdle: number) {
    this.#host = host;
    this.#keepIdle = keepIdle;
  }

  get(id: string): ActiveSession | undefined {
    return this.#sessions.get(id);
  }

  all(): Iterable<ActiveSession> {
    return this.#sessions.values();
  }

  /** Aborts handlers and background work, and those that are still to begin. */
  abort(reason: Error): void {
    for (const session of this.#sessions.values()) session.abort(reason);
  }

  /** Takes nothing more from handlers and background work that still go on, and waits for them no longer. Reports each. */
  leave(error: Error, grace: number): void {
    for (const session of this.#sessions.values()) session.leave(error, grace);
  }

  /** Resolves when no handler and no background work is going on. */
  async idle(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.idle()));
  }

  /** Resolves when all that was published is durable or refused. */
  async settled(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    await Promise.all(sessions.map((session) => session.settled()));
    await this.#host.committer.idle();
  }

  /** Stores what is not stored yet of the timelines. What fails there is made again from the log. */
  async flush(): Promise<void> {
    const lanes = this.#host.quiet.flush();
    await this.#host.committer.idle();
    // Those that came too late look what was committed instead, and it may be that others wait for them.
    await Promise.all(lanes.map((lane) => lane.idle()));
    await this.#host.committer.idle();
  }

  /** The session, taken into memory if it is not there. */
  use(id: string): ActiveSession {
    const found = this.#sessions.get(id);
    if (found !== undefined) {
      if (id !== this.#last) this.#sessions.delete(id);
      this.#sessions.set(id, found);
      this.#last = id;
      return found;
    }
    const session = new ActiveSession(id, this.#host);
    this.#evict(session.bytes);
    this.#sessions.set(id, session);
    this.#last = id;
    this.#resize(id, session.bytes);
    return session;
  }

  /** Does work on a session, which leaves the memory after it, if it was not there before and has nothing else to do. */
  async during<T>(id: string, work: (session: ActiveSession) => Promise<T>): Promise<T> {
    const wasThere = this.#sessions.has(id);
    const session = this.use(id);
    try {
      return await work(session);
    } finally {
      if (!wasThere && session.isIdle && this.#sessions.get(id) === session) this.#leave(id, session);
    }
  }

  /** A session may take more or less memory than before. */
  resized(id: string): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#resize(id, session.bytes);
    this.#evict(0);
  }

  #resize(id: string, bytes: number): void {
    this.#bytes += bytes - (this.#sizes.get(id) ?? 0);
    if (bytes === 0) this.#sizes.delete(id);
    else this.#sizes.set(id, bytes);
  }

  /**
   * Makes room for what comes. Looks at few sessions, so that ten thousand that have something to do cost each new one no
   * more than ten.
   */
  #evict(coming: number): void {
    for (let looks = 0; looks < mostLooks && this.#bytes + coming > this.#keepIdle; looks++) {
      const [first] = this.#sessions;
      // The one used last stays until another comes.
      if (first === undefined || (coming === 0 && this.#sessions.size === 1)) return;
      const [id, session] = first;
      if (session.isIdle) {
        this.#leave(id, session);
      } else {
        // One that has something to do is in use.
        this.#sessions.delete(id);
        this.#sessions.set(id, session);
      }
    }
  }

  #leave(id: string, session: ActiveSession): void {
    this.#sessions.delete(id);
    this.#resize(id, 0);
    session.evict();
  }
}
