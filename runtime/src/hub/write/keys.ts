import { SessionstreamError } from "../../base/errors.js";
import { toHex } from "../../base/hex.js";
import { checkKey } from "../../session/idempotency-key.js";
import type { Submitted } from "../../session/session-client.js";
import type { Store } from "../../store/store.js";
import type { Lane } from "./lane.js";
import type { Submission } from "./publication.js";

/** What is done, or was done, under a key. */
interface Keyed {
  readonly fingerprint: string;
  readonly outcome: Promise<Submitted>;
}

/**
 * The work of a session that is asked for under idempotency keys: each key's is
 * done once, also when it is asked for again while it is being done, after a
 * restart, or by another process.
 */
export class KeyedWork {
  readonly #lane: Lane;
  readonly #store: Store;
  readonly #going = new Map<string, Keyed>();
  #claims: Promise<unknown> = Promise.resolve();

  constructor(lane: Lane, store: Store) {
    this.#lane = lane;
    this.#store = store;
  }

  /**
   * Does the work, or gives the outcome of doing it for the first time; where
   * another process is still at it, that is what it published so far. Work that
   * failed before any of its events was durable is done again. `name` and
   * `payload` tell the same work from other work under the same key, which
   * throws KEY_REUSED. Throws INVALID_KEY.
   */
  async once(
    key: string,
    name: string,
    payload: Uint8Array,
    work: (submission: Submission) => Promise<Submitted>,
  ): Promise<Submitted> {
    checkKey(key);
    // One after the other, so that the work begins in the order in which it was asked for.
    const claim = this.#claims.then(() => this.#claim(key, name, payload, work));
    this.#claims = claim.catch(() => {});
    const { outcome } = await claim;
    return outcome;
  }

  async #claim(
    key: string,
    name: string,
    payload: Uint8Array,
    work: (submission: Submission) => Promise<Submitted>,
  ): Promise<Keyed> {
    const fingerprint = `${name} ${await sha256(payload)}`;
    const found = this.#going.get(key) ?? (await this.#stored(key));
    if (found === undefined) return this.#begin(submissionOf(key, fingerprint), work);
    if (found.fingerprint !== fingerprint) throw this.#reused(key);
    return found;
  }

  #begin(submission: Submission, work: (submission: Submission) => Promise<Submitted>): Keyed {
    const { key, fingerprint } = submission;
    const begun: Keyed = { fingerprint, outcome: this.#do(submission, work) };
    this.#going.set(key, begun);
    const done = () => this.#going.delete(key);
    begun.outcome.then(done, done);
    return begun;
  }

  async #do(submission: Submission, work: (submission: Submission) => Promise<Submitted>): Promise<Submitted> {
    try {
      const submitted = await work(submission);
      if (submission.firstOrdinal === undefined) await this.#lane.record(submission);
      submission.claim();
      return submitted;
    } catch (error) {
      submission.lose(error);
      if (submission.firstOrdinal !== undefined) throw error;
      // Whatever became of that here, another process may have been faster.
      const stored = await this.#stored(submission.key);
      if (stored === undefined) throw error;
      if (stored.fingerprint !== submission.fingerprint) throw this.#reused(submission.key);
      return stored.outcome;
    }
  }

  async #stored(key: string): Promise<Keyed | undefined> {
    const stored = await this.#store.command(this.#lane.id, key);
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

function submissionOf(key: string, fingerprint: string): Submission {
  let claim = () => {};
  let lose: Submission["lose"] = () => {};
  const claimed = new Promise<void>((resolve, reject) => {
    claim = resolve;
    lose = reject;
  });
  // Not every work has a run that waits for it.
  claimed.catch(() => {});
  return { key, fingerprint, firstOrdinal: undefined, claimed, claim, lose };
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return toHex(new Uint8Array(hash));
}
