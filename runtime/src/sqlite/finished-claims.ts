import type { ClaimedKey } from "../store/store.js";
import type { KeyOutcome } from "../store/stored.js";
import type { SqliteKeys } from "./sqlite-keys.js";
import type { Transactions } from "./transactions.js";

/** How long a claim that is to end waits for others, in milliseconds. */
const within = 20;

/** Claims that are to end together, as each would write a page of its own. */
export class FinishedClaims {
  readonly #transactions: Transactions;
  readonly #keys: SqliteKeys;
  #claims: (readonly [ClaimedKey, KeyOutcome])[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(transactions: Transactions, keys: SqliteKeys) {
    this.#transactions = transactions;
    this.#keys = keys;
  }

  add(claim: ClaimedKey, published: KeyOutcome): void {
    this.#claims.push([claim, published]);
    this.#timer ??= setTimeout(() => void this.end().catch(() => {}), within).unref();
  }

  /** Ends those that wait. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const claims = this.#claims;
    this.#claims = [];
    if (claims.length === 0) return;
    try {
      await this.#transactions.writeBeside(() => {
        for (const [claim, published] of claims) this.#keys.settle(claim, published);
      }, false);
    } catch (thrown) {
      // With those that come next.
      this.#claims.unshift(...claims);
      throw thrown;
    }
  }
}
