import { defaultLimit, type Store } from "./store.js";

/** The ids of all sessions of a store, in its order, read a page at a time. */
export async function* sessionIds(store: Pick<Store, "sessions">): AsyncGenerator<string> {
  for (let after: string | undefined; ; ) {
    const page = await store.sessions(after === undefined ? {} : { after });
    yield* page;
    after = page.at(-1);
    if (page.length < defaultLimit) return;
  }
}
