import { toHex } from "../../../base/hex.js";
import type { ClaimedKey, Store } from "../../../store/store.js";
import type { KeyOutcome } from "../../../store/stored.js";

/** More are not remembered while the store fails. They end when this process has been silent for a lease. */
const mostUnsettled = 10_000;

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
  readonly #onBuried: () => void;
  #ids = 0;
  #works = 0;
  /** Claims that the store is to end, and has not ended yet. */
  readonly #unsettled = new Map<string, () => Promise<void>>();
  #isSettling = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isKnown = false;
  #hasLeft = false;

  /** `onBuried` is called when others took this process for dead. */
  constructor(store: Store, lease: number, onBuried: () => void) {
    this.#store = store;
    this.#onBuried = onBuried;
    this.lease = lease;
  }

  /** An id that nothing else has. */
  nextId(): string {
    return `${this.id}.${(this.#ids++).toString(36)}`;
  }

  /** Names a claim that this process is about to make. */
  nextToken(): string {
    this.#isKnown = true;
    return this.nextId();
  }

  /** Work begins that this process has a claim on. Returns what ends it. */
  begin(): () => void {
    this.#works++;
    this.#isKnown = true;
    this.#startBeating();
    return () => {
      // The timer ends by itself: most work is short, and the next begins at once.
      this.#works--;
    };
  }

  /** Ends a claim. Where the store fails, it is asked again until it answers: nobody else could end it. */
  async settle(claim: ClaimedKey, outcome: KeyOutcome | undefined): Promise<void> {
    try {
      await this.#store.settle(claim, outcome);
    } catch (thrown) {
      this.settleLater(claim, outcome);
      throw thrown;
    }
  }

  /** Ends a claim that the store may have given without saying so. */
  settleLater(claim: ClaimedKey, outcome: KeyOutcome | undefined): void {
    if (this.#hasLeft || this.#unsettled.size >= mostUnsettled) return;
    this.#unsettled.set(claim.token, () => this.#store.settle(claim, outcome));
    this.#startBeating();
  }

  /** Gives up all claims. */
  async leave(): Promise<void> {
    this.#hasLeft = true;
    this.#unsettled.clear();
    clearInterval(this.#timer);
    if (this.#isKnown) await this.#store.leave(this.id);
  }

  #startBeating(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#beat(), this.lease / 4);
    (this.#timer as { unref?(): void }).unref?.();
  }

  #beat(): void {
    // If the store cannot be reached, it has no news of this process: whoever takes over then is right.
    if (this.#works > 0) void this.#tell();
    if (this.#unsettled.size > 0 && !this.#isSettling) void this.#settleAll();
    if (this.#works === 0 && this.#unsettled.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  async #tell(): Promise<void> {
    const wasKnown = await this.#store.beat(this.id).catch(() => true);
    if (!wasKnown) this.#onBuried();
  }

  async #settleAll(): Promise<void> {
    this.#isSettling = true;
    try {
      for (const [token, settle] of this.#unsettled) {
        await settle();
        this.#unsettled.delete(token);
      }
    } catch {
      // With the next beat.
    }
    this.#isSettling = false;
  }
}
