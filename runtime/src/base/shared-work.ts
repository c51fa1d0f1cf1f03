/** How long a result is kept for those who ask a little later, in milliseconds. */
const keptFor = 1000;

interface Piece<Result> {
  /** Of those who asked. */
  readonly wanted: (() => boolean)[];
  readonly result: Promise<Result | undefined>;
}

/** Work that many ask for at about the same time, and that is done once for all of them. */
export class SharedWork<Subject extends object, Result> {
  readonly #bySubject = new WeakMap<Subject, Map<string, Piece<Result>>>();

  /**
   * Does a kind of work on a subject, or joins those who do it. The work is told whether anybody still wants it. If it
   * was given up, the result is undefined for those who gave it up; who joined too late to keep it going has it begun
   * again.
   */
  async do(
    subject: Subject,
    kind: string,
    isWanted: () => boolean,
    work: (isWanted: () => boolean) => Promise<Result | undefined>,
  ): Promise<Result | undefined> {
    let kinds = this.#bySubject.get(subject);
    if (kinds === undefined) {
      kinds = new Map();
      this.#bySubject.set(subject, kinds);
    }
    const found = kinds.get(kind);
    if (found !== undefined) {
      found.wanted.push(isWanted);
      const result = await found.result;
      return result === undefined && isWanted() ? this.do(subject, kind, isWanted, work) : result;
    }
    const wanted = [isWanted];
    const result = work(() => wanted.some((isWanted) => isWanted()));
    kinds.set(kind, { wanted, result });
    const forget = () => void kinds.delete(kind);
    result.then((done) => {
      if (done === undefined) return forget();
      const timer: unknown = setTimeout(forget, keptFor);
      (timer as { unref?(): void }).unref?.();
    }, forget);
    return result;
  }
}
