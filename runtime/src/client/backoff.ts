/**
 * The pauses between attempts to connect: each twice the one before, up to the
 * longest, less a random part of up to a half, so that many clients that lost a
 * server do not return at the same moment.
 */
export class Backoff {
  readonly #first: number;
  readonly #longest: number;
  #attempts = 0;

  constructor(first: number, longest: number) {
    this.#first = first;
    this.#longest = longest;
  }

  /** The next pause in milliseconds. */
  next(): number {
    const pause = Math.min(this.#longest, this.#first * 2 ** this.#attempts++);
    return pause * (1 - Math.random() / 2);
  }

  /** The connection works: the next pause is the first again. */
  reset(): void {
    this.#attempts = 0;
  }
}
