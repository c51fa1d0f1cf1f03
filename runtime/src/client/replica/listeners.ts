/** Those who want to hear of something. One that throws is reported and keeps nobody else from hearing. */
export class Listeners<Args extends readonly unknown[]> {
  readonly #report: (error: unknown) => void;
  // Boxed, so that a function that is added twice is called twice, and ended one by one.
  readonly #all = new Set<{ readonly listener: (...args: Args) => void }>();

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** Returns what ends it; to end it twice does nothing. */
  add(listener: (...args: Args) => void): () => void {
    const entry = { listener };
    this.#all.add(entry);
    return () => {
      this.#all.delete(entry);
    };
  }

  call(...args: Args): void {
    for (const entry of [...this.#all]) {
      if (!this.#all.has(entry)) continue;
      try {
        entry.listener(...args);
      } catch (error) {
        this.#report(error);
      }
    }
  }

  clear(): void {
    this.#all.clear();
  }
}
