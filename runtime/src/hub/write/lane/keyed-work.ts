import type { SessionHead } from "../../../store/stored.js";

/** One piece of work under an idempotency key, from its beginning to its end. */
export class KeyedWork {
  readonly space: string;
  readonly key: string;
  /** Tells the work from other work under the same key. */
  readonly fingerprint: string;
  /** Of the claim on the key. Undefined for work that is one commit, which claims the key itself. */
  readonly token: string | undefined;
  /** Where the session stood when the key was claimed. Undefined as well if nothing was committed. */
  readonly head: SessionHead | undefined;
  /** When it began, in milliseconds since the Unix epoch. */
  readonly time: number;
  #firstOrdinal: bigint | undefined;
  #lastOrdinal = 0n;

  constructor(
    space: string,
    key: string,
    fingerprint: string,
    claim: { readonly token: string; readonly head: SessionHead | undefined } | undefined,
    time: number,
  ) {
    this.space = space;
    this.key = key;
    this.fingerprint = fingerprint;
    this.token = claim?.token;
    this.head = claim?.head;
    this.time = time;
  }

  /** The ordinals of its durable events, if it has any. */
  get ordinals(): { readonly firstOrdinal: bigint; readonly lastOrdinal: bigint } | undefined {
    if (this.#firstOrdinal === undefined) return undefined;
    return { firstOrdinal: this.#firstOrdinal, lastOrdinal: this.#lastOrdinal };
  }

  /** An event of the work is durable. */
  published(ordinal: bigint): void {
    this.#firstOrdinal ??= ordinal;
    this.#lastOrdinal = ordinal;
  }
}
