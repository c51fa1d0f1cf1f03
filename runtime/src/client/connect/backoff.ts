/**
 * The pauses between attempts: each twice the one before, up to the longest, less
 * a random part of up to a half, so that many clients that lost a server do not
 * return at the same moment. After a time without attempts as long as the
 * longest pause, the next one is the first again.
 */
export class Backoff {
  readonly #first: number;
  readonly #longest: number;
  #attempts = 0;
  #lastPauseEnds = Number.NEGATIVE_INFINITY;

  constructor(first: number, longest: number) {
    this.#first = first;
    this.#longest = longest;
  }

  /** The next pause in milliseconds. */
  next(): number {
    const now = performance.now();
    if (now > this.#lastPauseEnds + this.#longest) this.#attempts = 0;
    const most = Math.min(this.#longest, this.#first * 2 ** Math.min(this.#attempts++, 30));
    const pause = most * (1 - Math.random() / 2);
    this.#lastPauseEnds = now + pause;
    return pause;
  }
}
