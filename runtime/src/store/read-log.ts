import { defaultLimit, type Store } from "./store.js";
import type { StoredEvent } from "./stored.js";

/** Reads the log above an ordinal to its end, a page at a time. */
export async function* readLog(store: Store, sessionId: string, after: bigint): AsyncGenerator<StoredEvent> {
  for (let last = after; ; ) {
    const page = await store.events(sessionId, { after: last, limit: defaultLimit });
    yield* page;
    const end = page.at(-1);
    if (end === undefined || page.length < defaultLimit) return;
    last = end.ordinal;
  }
}
