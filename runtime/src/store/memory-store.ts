import { SessionstreamError } from "../base/errors.js";
import { compareEntities } from "./entity-order.js";
import { checkBatch, checkSameEvent, checkSameWork } from "./rules.js";
import {
  defaultLimit,
  type EventRange,
  type LoadOptions,
  type SessionBatch,
  type SessionRange,
  type Store,
  type StoredEntity,
  type StoredError,
  type StoredEvent,
  type StoredKey,
  type StoredSession,
  type StoredTimeline,
} from "./store.js";

interface MemorySession {
  session: StoredSession;
  readonly events: StoredEvent[];
  entities: Map<string, StoredEntity>;
  readonly errors: StoredError[];
  readonly keys: Map<string, StoredKey>;
}

/** A store that lives as long as the process: the default, and for tests. */
export function memoryStore(): Store {
  return new MemoryStore();
}

class MemoryStore implements Store {
  readonly #sessions = new Map<string, MemorySession>();
  #closed = false;

  async sessions({ after, limit = defaultLimit }: SessionRange = {}): Promise<readonly string[]> {
    this.#checkOpen();
    const ids = [...this.#sessions.keys()].filter((id) => after === undefined || id > after);
    return ids.sort().slice(0, limit);
  }

  async session(sessionId: string): Promise<StoredSession | undefined> {
    this.#checkOpen();
    return this.#sessions.get(sessionId)?.session;
  }

  async load(sessionId: string, { changedAfter }: LoadOptions = {}): Promise<StoredTimeline | undefined> {
    this.#checkOpen();
    const found = this.#sessions.get(sessionId);
    if (found === undefined) return undefined;
    const entities = [...found.entities.values()].filter(({ lastEventOrdinal, payload }) =>
      changedAfter === undefined ? payload !== undefined : lastEventOrdinal > changedAfter,
    );
    return { ...found.session, entities: entities.sort(compareEntities) };
  }

  async commit(batches: readonly SessionBatch[]): Promise<readonly (Error | undefined)[]> {
    this.#checkOpen();
    return batches.map((batch) => {
      try {
        this.#commit(batch);
        return undefined;
      } catch (thrown) {
        return thrown as Error;
      }
    });
  }

  async events(sessionId: string, { after = 0n, limit = defaultLimit }: EventRange = {}): Promise<StoredEvent[]> {
    this.#checkOpen();
    const events = this.#sessions.get(sessionId)?.events ?? [];
    const from = events.findIndex((event) => event.ordinal > after);
    return from === -1 ? [] : events.slice(from, from + limit);
  }

  async key(sessionId: string, key: string): Promise<StoredKey | undefined> {
    this.#checkOpen();
    return this.#sessions.get(sessionId)?.keys.get(key);
  }

  async errors(sessionId: string): Promise<readonly StoredError[]> {
    this.#checkOpen();
    return [...(this.#sessions.get(sessionId)?.errors ?? [])];
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#sessions.clear();
  }

  #checkOpen(): void {
    if (this.#closed) throw new SessionstreamError("CLOSED", "the store is closed");
  }

  #commit(batch: SessionBatch): void {
    const found = this.#sessions.get(batch.sessionId);
    checkBatch(batch, found?.session);
    const last = found?.session.ordinal ?? 0n;
    for (const event of batch.events) {
      if (event.ordinal > last) break;
      checkSameEvent(
        batch.sessionId,
        event,
        found?.events.find((logged) => logged.ordinal === event.ordinal),
      );
    }
    for (const claimed of batch.keys) {
      checkSameWork(batch.sessionId, claimed, found?.keys.get(claimed.key));
    }
    const fresh = batch.events.filter((event) => event.ordinal > last);
    const session: StoredSession = {
      metadata: found?.session.metadata ?? batch.metadata,
      revision: batch.revision + 1,
      ordinal: fresh.at(-1)?.ordinal ?? last,
      cursor: batch.cursor,
      epoch: found === undefined || batch.events.length === 0 ? batch.epoch : found.session.epoch,
    };
    const kept: MemorySession = found ?? {
      session,
      events: [],
      entities: new Map(),
      errors: [],
      keys: new Map(),
    };
    kept.session = session;
    kept.events.push(...fresh);
    if (batch.replaceTimeline) kept.entities = new Map();
    for (const entity of batch.entities) kept.entities.set(`${entity.kind}\n${entity.id}`, entity);
    kept.errors.push(...batch.errors);
    for (const claimed of batch.keys) kept.keys.set(claimed.key, claimed);
    this.#sessions.set(batch.sessionId, kept);
  }
}
