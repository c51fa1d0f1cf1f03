import type { ReadPage, ReadSnapshot } from "./frame-reader.js";

/**
 * Puts a snapshot or delta together that comes in several frames. The first one
 * begins anew, so that nothing is left of one that broke off. Without it, the
 * rest is of no use, and only the first of that is an error.
 */
export class PageCollector {
  #pages: ReadPage[] = [];
  #isBroken = false;

  /**
   * Returns the whole with its last frame.
   * @throws where a frame does not follow the one before it.
   */
  add(page: ReadPage): ReadSnapshot | undefined {
    const before = this.#pages.at(-1);
    if (page.page === 0) {
      this.#pages = [];
      this.#isBroken = false;
    } else if (this.#isBroken) {
      return undefined;
    } else if (before === undefined || !follows(page, before)) {
      this.#pages = [];
      this.#isBroken = true;
      throw new Error(`the server sent frame ${page.page} of a snapshot without those before it`);
    }
    this.#pages.push(page);
    if (page.more) return undefined;
    const entities = this.#pages.flatMap((each) => each.entities);
    this.#pages = [];
    return { ...page, entities };
  }
}

function follows(page: ReadPage, before: ReadPage): boolean {
  return (
    page.page === before.page + 1 &&
    page.ordinal === before.ordinal &&
    page.epoch === before.epoch &&
    page.mode === before.mode
  );
}
