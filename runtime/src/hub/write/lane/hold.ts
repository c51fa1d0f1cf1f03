/**
 * Lets one piece of work at a time have a lane for itself, and lets others wait
 * for the lane to change.
 */
export class Hold {
  #isHeld = false;
  /** Those that wait for a change, and then look again. */
  #waiting: (() => void)[] = [];
  /** Those who hear of what is durable. To look at it must not tell them again. */
  readonly #listeners = new Set<() => void>();

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Waits until nobody else has the lane, takes it, and waits until it is drained. */
  async take(isDrained: () => boolean): Promise<void> {
    while (this.#isHeld) await this.change();
    this.#isHeld = true;
    while (!isDrained()) await this.change();
  }

  release(): void {
    this.#isHeld = false;
  }

  /** Resolves when something changed. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Something changed: events were settled or refused, the session was loaded, or the lane let go. */
  changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** What is durable may have changed, too. */
  tell(): void {
    this.changed();
    for (const listener of this.#listeners) listener();
  }

  /** Calls the listener when what is durable may have changed. Returns what ends that. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
