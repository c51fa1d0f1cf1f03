import { SessionstreamError } from "../../base/errors.js";
import { toHex } from "../../base/hex.js";
import { checkKey } from "../../session/idempotency-key.js";
import type { Submitted } from "../../session/session-client.js";
import type { Store } from "../../store/store.js";
import { KeyClaim } from "./lane/key-claim.js";
import type { Lane } from "./lane/lane.js";

/** Work that is asked for under a key: what it is, and what comes of it. */
type KeyedWork = (claim: KeyClaim) => Promise<Submitted>;

/** What was claimed under a key. */
interface Claimed {
  readonly fingerprint: string;
  readonly outcome: Promise<Submitted>;
}

/**
 * The idempotency keys of a session: the work under each is done once, also when
 * it is asked for again while it is being done, after a restart, or by another
 * process.
 */
export class Keys {
  readonly #lane: Lane;
  readonly #store: Store;
  readonly #going = new Map<string, Claimed>();
  #claims: Promise<unknown> = Promise.resolve();

  constructor(lane: Lane, store: Store) {
    this.#lane = lane;
    this.#store = store;
  }

  /**
   * Does the work, or gives the outcome of doing it for the first time; where
   * another process is still at it, that is what it published so far. Work that
   * failed before any of its events was durable is done again. Work that may have
   * published nothing ends with `record`. `name` and `payload` tell the same work
   * from other work under the same key, which throws KEY_REUSED. Throws INVALID_KEY.
   */
  async once(key: string, name: string, payload: Uint8Array, work: KeyedWork): Promise<Submitted> {
    checkKey(key);
    // One after the other, so that the work begins in the order in which it was asked for.
    const claim = this.#claims.then(() => this.#claim(key, name, payload, work));
    this.#claims = claim.catch(() => {});
    const { outcome } = await claim;
    return outcome;
  }

  /** Makes durable that work is done, where it published nothing with which its key was stored. */
  async record(claim: KeyClaim): Promise<void> {
    if (claim.isStored) return;
    await this.#lane.exclusively(({ state, commit }) => commit({ keys: [claim.stored(state.ordinal, state.ordinal)] }));
  }

  async #claim(key: string, name: string, payload: Uint8Array, work: KeyedWork): Promise<Claimed> {
    const fingerprint = `${name} ${await sha256(payload)}`;
    const found = this.#going.get(key) ?? (await this.#stored(key));
    if (found === undefined) return this.#begin(new KeyClaim(key, fingerprint), work);
    if (found.fingerprint !== fingerprint) throw this.#reused(key);
    return found;
  }

  #begin(claim: KeyClaim, work: KeyedWork): Claimed {
    const { key, fingerprint } = claim;
    const begun: Claimed = { fingerprint, outcome: this.#do(claim, work) };
    this.#going.set(key, begun);
    const done = () => this.#going.delete(key);
    begun.outcome.then(done, done);
    return begun;
  }

  async #do(claim: KeyClaim, work: KeyedWork): Promise<Submitted> {
    try {
      const submitted = await work(claim);
      claim.done();
      return submitted;
    } catch (error) {
      claim.lose(error);
      if (claim.isStored) throw error;
      // Whatever became of that here, another process may have been faster.
      const stored = await this.#stored(claim.key).catch(() => undefined);
      if (stored === undefined) throw error;
      if (stored.fingerprint !== claim.fingerprint) throw this.#reused(claim.key);
      return stored.outcome;
    }
  }

  async #stored(key: string): Promise<Claimed | undefined> {
    const stored = await this.#store.key(this.#lane.id, key);
    return stored && { fingerprint: stored.fingerprint, outcome: Promise.resolve({ ordinal: stored.lastOrdinal }) };
  }

  #reused(key: string): SessionstreamError {
    const sessionId = this.#lane.id;
    return new SessionstreamError(
      "KEY_REUSED",
      `idempotency key "${key}" was used for something else in session "${sessionId}": give each command a key of its own`,
      { sessionId, key },
    );
  }
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return toHex(new Uint8Array(hash));
}
