import { toHex } from "../../../base/hex.js";
import type { Store } from "../../../store/store.js";

/**
 * This process, as the other processes of a store see it. While it does work that they
 * must not do as well, its heart beats there. When they see no beat for the time of a
 * lease, they take it for dead.
 */
export class Process {
  /** Short, as the store keeps it with each commit. */
  readonly id = toHex(crypto.getRandomValues(new Uint8Array(8)));
  /** In milliseconds. */
  readonly lease: number;
  readonly #store: Store;
  #ids = 0;
  #works = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isKnown = false;

  constructor(store: Store, lease: number) {
    this.#store = store;
    this.lease = lease;
  }

  /** An id that nothing else has. */
  nextId(): string {
    return `${this.id}.${(this.#ids++).toString(36)}`;
  }

  /** Work begins that this process has a claim on. Returns what ends it. */
  begin(): () => void {
    this.#isKnown = true;
    this.#works++;
    if (this.#timer === undefined) {
      this.#timer = setInterval(() => this.#beat(), this.lease / 4);
      (this.#timer as { unref?(): void }).unref?.();
    }
    return () => {
      if (--this.#works > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  /** Gives up all claims. */
  async leave(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#isKnown) await this.#store.leave(this.id);
  }

  #beat(): void {
    // If the store cannot be reached, it has no news of this process: whoever takes over then is right.
    this.#store.beat(this.id).catch(() => {});
  }
}
