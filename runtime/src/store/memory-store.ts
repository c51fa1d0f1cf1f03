import { SessionstreamError } from "../base/errors.js";
import type { SessionBatch } from "./batch.js";
import type { NewCheckpoint, StoredPast } from "./checkpoint.js";
import { compareEntities } from "./entity-order.js";
import { firstAbove } from "./first-above.js";
import { MemoryCheckpoints } from "./memory-checkpoints.js";
import { MemoryEntities } from "./memory-entities.js";
import { MemoryErrors } from "./memory-errors.js";
import { MemoryKeys } from "./memory-keys.js";
import { MemoryProcesses } from "./memory-processes.js";
import { MemoryRuns } from "./memory-runs.js";
import {
  checkBatch,
  checkKey,
  checkRun,
  endsCheckpoints,
  isCheckpointOf,
  mendedSteps,
  sessionExists,
  sessionMissing,
} from "./rules.js";
import { type DoneKey, inParts, type SessionPart, type WholeSession } from "./session-part.js";
import {
  type ClaimAnswer,
  type ClaimedKey,
  defaultLimit,
  type ErrorRange,
  type FreeRunRange,
  type KeyClaim,
  type MovedSession,
  type MoveListener,
  type RunRange,
  type SessionRange,
  type Store,
  type StoredEventRange,
} from "./store.js";
import type {
  Checkpoint,
  KeyName,
  KeyOutcome,
  SessionHead,
  StoredDescriptor,
  StoredEntity,
  StoredError,
  StoredEvent,
  StoredKey,
  StoredSession,
  StoredTimeline,
} from "./stored.js";
import type { FreeRun, RunName, RunOwner, StoredRun } from "./stored-run.js";

interface MemorySession {
  session: StoredSession;
  readonly events: StoredEvent[];
  readonly entities: MemoryEntities;
  /** Of the session's epoch. */
  checkpoints: MemoryCheckpoints;
  readonly errors: MemoryErrors;
  readonly batches: Set<string>;
}

/** A store that lives as long as the process: the default, and for tests. */
export function memoryStore(): Store {
  return new MemoryStore();
}

class MemoryStore implements Store {
  readonly #sessions = new Map<string, MemorySession>();
  readonly #processes = new MemoryProcesses();
  readonly #keys = new MemoryKeys(this.#processes);
  readonly #runs = new MemoryRuns();
  readonly #descriptors = new Map<string, StoredDescriptor>();
  readonly #listeners = new Set<MoveListener>();
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

  async load(sessionId: string): Promise<StoredTimeline | undefined> {
    this.#checkOpen();
    const found = this.#sessions.get(sessionId);
    if (found === undefined) return undefined;
    const entities = found.entities.living();
    const runs = this.#runs.list(sessionId, { isOpen: true, limit: Number.POSITIVE_INFINITY });
    const timeline = { ...found.session, entities: entities.sort(compareEntities), runs };
    const checkpoint = found.checkpoints.newest();
    if (checkpoint === undefined) return timeline;
    const deletedSince = await this.tombstones(sessionId, checkpoint.ordinal);
    return { ...timeline, checkpoint: { ...checkpoint, deletedSince } };
  }

  async tombstones(sessionId: string, after: bigint): Promise<readonly StoredEntity[] | undefined> {
    this.#checkOpen();
    const found = this.#sessions.get(sessionId);
    return found === undefined ? [] : found.entities.tombstones(after);
  }

  async writeCheckpoint(
    sessionId: string,
    given: NewCheckpoint,
    parts: AsyncIterable<readonly StoredEntity[]>,
  ): Promise<Checkpoint | undefined> {
    this.#checkOpen();
    const ofTimeline = () => {
      const found = this.#sessions.get(sessionId);
      return isCheckpointOf(given, found?.session) ? found?.checkpoints : undefined;
    };
    const begun = ofTimeline();
    if (begun === undefined || !begun.fits(given)) return begun?.newest(given.ordinal);
    const entities: StoredEntity[] = [];
    for await (const part of parts) entities.push(...part);
    this.#checkOpen();
    const now = ofTimeline();
    // Where they ended meanwhile, others have begun.
    return now === begun ? begun.add(given, entities) : now?.newest(given.ordinal);
  }

  async readCheckpoint(sessionId: string, ordinal: bigint): Promise<StoredPast | undefined> {
    this.#checkOpen();
    return this.#sessions.get(sessionId)?.checkpoints.read(ordinal);
  }

  async events(sessionId: string, range: StoredEventRange = {}): Promise<StoredEvent[]> {
    this.#checkOpen();
    const { after = 0n, limit = defaultLimit, maxBytes = Number.POSITIVE_INFINITY } = range;
    const events = this.#sessions.get(sessionId)?.events ?? [];
    const page: StoredEvent[] = [];
    let bytes = 0;
    for (
      let at = firstAbove(events, after, ordinalOf);
      at < events.length && page.length < limit && bytes <= maxBytes;
      at++
    ) {
      const event = events[at] as StoredEvent;
      page.push(event);
      bytes += event.payload.length;
    }
    return page;
  }

  async errors(sessionId: string, range?: ErrorRange): Promise<readonly StoredError[]> {
    this.#checkOpen();
    return this.#sessions.get(sessionId)?.errors.list(range) ?? [];
  }

  async descriptors(): Promise<readonly StoredDescriptor[]> {
    this.#checkOpen();
    return [...this.#descriptors.values()];
  }

  async eventNames(): Promise<readonly string[]> {
    const events = (await this.descriptors()).filter(({ mark }) => mark === "event");
    return [...new Set(events.map(({ name }) => name))];
  }

  async commit(batches: readonly SessionBatch[]): Promise<readonly (Error | undefined)[]> {
    this.#checkOpen();
    const outcomes = batches.map((batch) => {
      try {
        this.#commit(batch);
        return undefined;
      } catch (thrown) {
        return thrown as Error;
      }
    });
    const committed = batches.filter((_, index) => outcomes[index] === undefined);
    this.#tell(committed.map(({ sessionId, revision }) => ({ sessionId, revision: revision + 1 })));
    return outcomes;
  }

  async hasBatch(sessionId: string, batch: string): Promise<boolean> {
    this.#checkOpen();
    return this.#sessions.get(sessionId)?.batches.has(batch) ?? false;
  }

  async key(name: KeyName): Promise<StoredKey | undefined> {
    this.#checkOpen();
    return this.#keys.get(name);
  }

  async claim(claims: readonly KeyClaim[]): Promise<readonly ClaimAnswer[]> {
    this.#checkOpen();
    return claims.map((claim) => {
      const taken = this.#keys.claim(claim);
      if (taken === undefined && claim.descriptor !== undefined) this.#describe(claim.descriptor);
      return { taken, head: headOf(this.#sessions.get(claim.sessionId)?.session) };
    });
  }

  async settle(claim: ClaimedKey, outcome: KeyOutcome | undefined): Promise<void> {
    this.#checkOpen();
    this.#keys.settle(claim, outcome);
  }

  async finish(claim: ClaimedKey, published: KeyOutcome): Promise<void> {
    this.#checkOpen();
    this.#keys.settle(claim, published);
  }

  async forgetKeys(before: number): Promise<void> {
    this.#checkOpen();
    this.#keys.forget(before, (name) => {
      const run = this.#runs.get(name);
      return run !== undefined && run.ended === undefined;
    });
  }

  async run(name: RunName): Promise<StoredRun | undefined> {
    this.#checkOpen();
    return this.#runs.get(name);
  }

  async runs(sessionId: string, range?: RunRange): Promise<readonly StoredRun[]> {
    this.#checkOpen();
    return this.#runs.list(sessionId, range);
  }

  async freeRuns(range: FreeRunRange): Promise<readonly FreeRun[]> {
    this.#checkOpen();
    return this.#runs.free(range, (process) => this.#processes.beatOf(process) !== undefined);
  }

  async runOwners(): Promise<readonly RunOwner[]> {
    this.#checkOpen();
    return this.#runs.owners((process) => this.#processes.beatOf(process));
  }

  async releaseRuns(process: string): Promise<void> {
    this.#checkOpen();
    this.#runs.release(process);
  }

  async forgetRuns(before: number): Promise<void> {
    this.#checkOpen();
    this.#runs.forget(before);
  }

  async beat(process: string): Promise<boolean> {
    this.#checkOpen();
    return this.#processes.beat(process);
  }

  async leave(process: string): Promise<void> {
    this.#checkOpen();
    this.#processes.leave(process);
  }

  async bury(owner: RunOwner): Promise<void> {
    this.#checkOpen();
    this.#processes.bury(owner);
  }

  async *read(sessionId: string): AsyncGenerator<SessionPart> {
    this.#checkOpen();
    const found = this.#sessions.get(sessionId);
    if (found === undefined) return;
    // All at one instant: what is there does not change, and lists only grow.
    const { session, events, errors } = { ...found, events: [...found.events], errors: found.errors.all() };
    const keys = [...this.#keys.done(sessionId)];
    const runs = this.#runs.list(sessionId, { limit: Number.POSITIVE_INFINITY });
    yield { is: "session", session };
    for (const part of inParts(events, ({ payload }) => payload.length)) yield { is: "events", events: part };
    for (const part of inParts(errors)) yield { is: "errors", errors: part };
    for (const part of inParts(keys)) yield { is: "keys", keys: part };
    for (const part of inParts(runs, ({ input }) => input.length)) yield { is: "runs", runs: part };
  }

  async write(
    sessionId: string,
    parts: AsyncIterable<SessionPart>,
    { replace }: { readonly replace: boolean },
  ): Promise<void> {
    this.#checkOpen();
    if (!replace && this.#sessions.has(sessionId)) throw sessionExists(sessionId);
    let session: WholeSession | undefined;
    const errors = new MemoryErrors();
    const [events, keys, runs]: [StoredEvent[], DoneKey[], StoredRun[]] = [[], [], []];
    for await (const part of parts) {
      if (part.is === "session") session = part.session;
      else if (part.is === "events") events.push(...part.events);
      else if (part.is === "errors") errors.add(part.errors);
      else if (part.is === "keys") keys.push(...part.keys);
      else runs.push(...part.runs);
    }
    this.#checkOpen();
    if (session === undefined) throw sessionMissing(sessionId);
    if (!replace && this.#sessions.has(sessionId)) throw sessionExists(sessionId);
    const isReplaced = this.#delete(sessionId);
    const { metadata, ordinal, epoch, failedAt } = session;
    this.#sessions.set(sessionId, {
      ...begun({ metadata, ordinal, epoch, failedAt, revision: 1, cursor: 0n, foldedUnder: undefined }),
      events,
      errors,
    });
    for (const key of keys) this.#keys.addDone(sessionId, key);
    for (const run of runs) this.#runs.write(sessionId, { ...run, owner: undefined });
    this.#tell([...(isReplaced ? [{ sessionId, revision: 0 }] : []), { sessionId, revision: 1 }]);
  }

  async describe(descriptors: readonly StoredDescriptor[]): Promise<void> {
    this.#checkOpen();
    for (const descriptor of descriptors) this.#describe(descriptor);
  }

  async delete(sessionId: string): Promise<boolean> {
    this.#checkOpen();
    const isThere = this.#delete(sessionId);
    if (isThere) this.#tell([{ sessionId, revision: 0 }]);
    else this.#keys.delete(sessionId);
    return isThere;
  }

  #delete(sessionId: string): boolean {
    if (!this.#sessions.delete(sessionId)) return false;
    this.#keys.delete(sessionId);
    this.#runs.delete(sessionId);
    return true;
  }

  watch(listener: MoveListener): () => void {
    this.#checkOpen();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#sessions.clear();
    this.#listeners.clear();
  }

  #checkOpen(): void {
    if (this.#closed) throw new SessionstreamError("CLOSED", "the store is closed");
  }

  /** Several hubs may share the store, so each hears of all commits. */
  #tell(moved: readonly MovedSession[]): void {
    if (this.#listeners.size === 0 || moved.length === 0) return;
    // Those who committed hear of their outcome first.
    setImmediate(() => {
      for (const listener of this.#listeners) listener(moved);
    });
  }

  #commit(batch: SessionBatch): void {
    const { sessionId, events, entities, cursor } = batch;
    const found = this.#sessions.get(sessionId);
    checkBatch(batch, found?.session);
    for (const given of batch.runs) checkRun(sessionId, given, this.#runs.get({ sessionId, id: given.run.id }));
    for (const given of batch.keys) checkKey(sessionId, given, this.#keys.get({ sessionId, ...given }));
    const stored = found?.session.cursor ?? 0n;
    const session: StoredSession = {
      metadata: found?.session.metadata ?? batch.metadata,
      revision: batch.revision + 1,
      ordinal: events.at(-1)?.ordinal ?? found?.session.ordinal ?? 0n,
      cursor: batch.replaceTimeline || cursor > stored ? cursor : stored,
      failedAt: batch.failedAt,
      epoch: batch.newEpoch ?? batch.epoch,
      foldedUnder: batch.foldedUnder ?? found?.session.foldedUnder,
    };
    const kept = found ?? begun(session);
    if (endsCheckpoints(batch, kept.session)) kept.checkpoints = new MemoryCheckpoints();
    kept.session = session;
    for (const { ordinal, payload } of batch.rewritten ?? []) {
      const at = firstAbove(kept.events, ordinal - 1n, ordinalOf);
      const event = kept.events[at];
      if (event?.ordinal === ordinal) kept.events[at] = { ...event, payload };
    }
    kept.events.push(...events);
    if (batch.replaceTimeline) kept.entities.clear(cursor);
    kept.entities.put(entities);
    if (batch.mended !== undefined) kept.errors.delete(batch.mended, mendedSteps(batch));
    kept.errors.add(batch.errors);
    kept.batches.add(batch.id);
    for (const given of batch.keys) this.#keys.publish(sessionId, given);
    for (const { run } of batch.runs) {
      this.#runs.write(sessionId, run);
      if (run.owner !== undefined && run.ended === undefined) this.#processes.know(run.owner);
    }
    for (const descriptor of batch.descriptors) this.#describe(descriptor);
    this.#sessions.set(sessionId, kept);
  }

  #describe(descriptor: StoredDescriptor): void {
    const { mark, name, version, hash } = descriptor;
    this.#descriptors.set(`${mark} ${name} ${version} ${hash}`, descriptor);
  }
}

/** A session of which nothing else is there yet. */
function begun(session: StoredSession): MemorySession {
  return {
    session,
    events: [],
    entities: new MemoryEntities(),
    checkpoints: new MemoryCheckpoints(),
    errors: new MemoryErrors(),
    batches: new Set(),
  };
}

function headOf(session: StoredSession | undefined): SessionHead | undefined {
  return session && { revision: session.revision, epoch: session.epoch };
}

function ordinalOf({ ordinal }: StoredEvent): bigint {
  return ordinal;
}
