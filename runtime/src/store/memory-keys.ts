import type { BatchKey } from "./batch.js";
import type { MemoryProcesses } from "./memory-processes.js";
import { runSpace } from "./rules.js";
import type { DoneKey } from "./session-part.js";
import type { ClaimedKey, KeyClaim } from "./store.js";
import type { KeyName, KeyOutcome, StoredKey } from "./stored.js";
import type { RunName } from "./stored-run.js";

interface MemoryKey {
  readonly fingerprint: string;
  readonly time: number;
  outcome: KeyOutcome | undefined;
  owner: { readonly process: string; readonly token: string } | undefined;
}

/** The idempotency keys of a store in memory. */
export class MemoryKeys {
  /** Of each session by id, by space and key. */
  readonly #sessions = new Map<string, Map<string, MemoryKey>>();
  readonly #processes: MemoryProcesses;

  constructor(processes: MemoryProcesses) {
    this.#processes = processes;
  }

  get(name: KeyName): StoredKey | undefined {
    const found = this.#find(name);
    if (found === undefined) return undefined;
    const { fingerprint, outcome, owner } = found;
    return {
      fingerprint,
      outcome,
      owner: owner && { token: owner.token, beat: this.#processes.beatOf(owner.process) },
    };
  }

  /** Returns the key as it is where it cannot be claimed. */
  claim(claim: KeyClaim): StoredKey | undefined {
    const { process, token, from, fingerprint, time } = claim;
    const found = this.get(claim);
    const isFree = found === undefined;
    const isLeft =
      from !== undefined &&
      found?.owner !== undefined &&
      found.owner.token === from.token &&
      found.owner.beat === from.beat;
    if (!isFree && !isLeft) return found;
    const before = this.#find(claim)?.owner?.process;
    // Its other claims are free as well.
    if (before !== undefined && before !== process) this.#processes.leave(before);
    this.#processes.know(process);
    this.#write(claim, { fingerprint, time, outcome: found?.outcome, owner: { process, token } });
    return undefined;
  }

  /** The work under a key published something. */
  publish(sessionId: string, { space, key, fingerprint, token, firstOrdinal, lastOrdinal, time }: BatchKey): void {
    const name = { sessionId, space, key };
    const found = this.#find(name);
    this.#write(name, {
      fingerprint,
      time: found?.time ?? time,
      outcome: { firstOrdinal: found?.outcome?.firstOrdinal ?? firstOrdinal, lastOrdinal },
      owner: token === undefined ? undefined : found?.owner,
    });
  }

  settle(claim: ClaimedKey, outcome: KeyOutcome | undefined): void {
    const found = this.#find(claim);
    if (found?.owner?.token !== claim.token) return;
    const known = outcome ?? found.outcome;
    if (known === undefined) this.#delete(claim.sessionId, mapKey(claim));
    else this.#write(claim, { ...found, outcome: known, owner: undefined });
  }

  /** Those of a session whose work has published something or is done. */
  *done(sessionId: string): Generator<DoneKey> {
    for (const [name, { fingerprint, outcome, time }] of this.#sessions.get(sessionId) ?? []) {
      const [space, key] = JSON.parse(name) as [string, string];
      if (outcome !== undefined) yield { space, key, fingerprint, outcome, time };
    }
  }

  /** Those that somebody has claimed stay as they are. */
  addDone(sessionId: string, { space, key, fingerprint, outcome, time }: DoneKey): void {
    const name = { sessionId, space, key };
    if (this.#find(name) === undefined) this.#write(name, { fingerprint, time, outcome, owner: undefined });
  }

  /** Those of work that began before a time, unless a process that is alive is at work. */
  forget(before: number, isOpenRun: (name: RunName) => boolean): void {
    for (const [sessionId, keys] of this.#sessions) {
      for (const [name, { time, owner }] of keys) {
        const [space] = JSON.parse(name) as [string, string];
        const isGoing = owner !== undefined && this.#processes.beatOf(owner.process) !== undefined;
        const isOfRun = space.startsWith(runSpace) && isOpenRun({ sessionId, id: space.slice(runSpace.length) });
        if (time < before && !isGoing && !isOfRun) this.#delete(sessionId, name);
      }
    }
  }

  /** All of a session. */
  delete(sessionId: string): void {
    this.#sessions.delete(sessionId);
  }

  #find(name: KeyName): MemoryKey | undefined {
    return this.#sessions.get(name.sessionId)?.get(mapKey(name));
  }

  /** With its last key, a session leaves nothing. */
  #delete(sessionId: string, name: string): void {
    const keys = this.#sessions.get(sessionId);
    keys?.delete(name);
    if (keys?.size === 0) this.#sessions.delete(sessionId);
  }

  #write(name: KeyName, key: MemoryKey): void {
    const keys = this.#sessions.get(name.sessionId) ?? new Map<string, MemoryKey>();
    this.#sessions.set(name.sessionId, keys.set(mapKey(name), key));
  }
}

function mapKey({ space, key }: KeyName): string {
  return JSON.stringify([space, key]);
}
