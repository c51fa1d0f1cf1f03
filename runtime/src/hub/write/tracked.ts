/** What a piece of work published: what is not settled yet, and the first refusal. What is durable is forgotten. */
export class Tracked {
  readonly #open = new Set<Promise<unknown>>();
  #refusal: { readonly error: unknown } | undefined;

  add(published: Promise<unknown>): void {
    this.#open.add(published);
    published.then(
      () => this.#open.delete(published),
      (error: unknown) => {
        this.#open.delete(published);
        this.#refusal ??= { error };
      },
    );
  }

  /** Resolves when all is durable or refused. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.allSettled(this.#open);
  }

  /** @throws the first refusal. */
  throwRefusal(): void {
    if (this.#refusal !== undefined) throw this.#refusal.error;
  }
}
