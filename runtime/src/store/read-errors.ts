import { isTurnOver, nextTurn } from "../base/turns.js";
import { isOfFold } from "./rules.js";
import { defaultLimit, type Store } from "./store.js";
import type { StoredError } from "./stored.js";

/** All failures on record of the events above an ordinal, in order, read a page at a time. */
export async function* readErrors(
  store: Pick<Store, "errors">,
  sessionId: string,
  after: bigint,
): AsyncGenerator<StoredError> {
  for (let last = after; ; ) {
    const page = await store.errors(sessionId, { after: last, limit: defaultLimit });
    yield* page;
    const end = page.at(-1)?.ordinal;
    if (end === undefined || page.length < defaultLimit) return;
    last = end;
    if (isTurnOver()) await nextTurn();
  }
}

/** Of these, the failures of the fold. */
export async function* readFoldErrors(...given: Parameters<typeof readErrors>): AsyncGenerator<StoredError> {
  for await (const error of readErrors(...given)) if (isOfFold(error)) yield error;
}
