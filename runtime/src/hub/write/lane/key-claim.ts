import type { StoredKey } from "../../../store/store.js";

/** The claim of one piece of work on its idempotency key, to be stored with what the work publishes. */
export class KeyClaim {
  readonly key: string;
  /** Tells the work from other work under the same key. */
  readonly fingerprint: string;
  /** Resolves when the key is this work's for good; rejects where it will not be. */
  readonly granted: Promise<void>;
  #firstOrdinal: bigint | undefined;
  #grant: () => void = () => {};
  #lose: (error: unknown) => void = () => {};

  constructor(key: string, fingerprint: string) {
    this.key = key;
    this.fingerprint = fingerprint;
    this.granted = new Promise<void>((resolve, reject) => {
      this.#grant = resolve;
      this.#lose = reject;
    });
    // Not every work has a run that waits for it.
    this.granted.catch(() => {});
  }

  /** Whether an event of the work is durable, and the key stored with it. */
  get isStored(): boolean {
    return this.#firstOrdinal !== undefined;
  }

  /** An event of the work is durable. */
  published(ordinal: bigint): void {
    this.#firstOrdinal ??= ordinal;
    this.#grant();
  }

  /** The work is done, and that is durable. */
  done(): void {
    this.#grant();
  }

  /** The key will not be this work's. What is granted already stays so. */
  lose(error: unknown): void {
    this.#lose(error);
  }

  /** As a store keeps it, in a batch that has the work's events from one ordinal to another. */
  stored(from: bigint, to: bigint): StoredKey {
    const { key, fingerprint } = this;
    return { key, fingerprint, firstOrdinal: this.#firstOrdinal ?? from, lastOrdinal: to };
  }
}
