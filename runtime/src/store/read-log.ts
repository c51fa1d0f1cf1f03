import { SessionstreamError } from "../base/errors.js";
import { isTurnOver, nextTurn } from "../base/turns.js";
import type { Store } from "./store.js";
import type { StoredEvent } from "./stored.js";

/** What is read at once: fractions of a turn, and little memory. */
const page = { limit: 250, maxBytes: 2 ** 20 };

/**
 * Reads the log above an ordinal to its end. Lets others have their turn between the events.
 * @throws STORE_FAILED if the ordinals do not rise: to read on would never end.
 */
export async function* readLog(store: Store, sessionId: string, after: bigint): AsyncGenerator<StoredEvent> {
  for (let last = after; ; ) {
    const events = await store.events(sessionId, { ...page, after: last });
    for (const event of events) {
      const { ordinal } = event;
      if (ordinal <= last) throw doesNotRise(sessionId, ordinal, last);
      last = ordinal;
      if (isTurnOver()) await nextTurn();
      yield event;
    }
    if (events.length === 0) return;
  }
}

function doesNotRise(sessionId: string, ordinal: bigint, last: bigint): SessionstreamError {
  const message = `the store has ordinal ${ordinal} after ${last}, want a higher one`;
  return new SessionstreamError("STORE_FAILED", message, { sessionId, ordinal });
}
