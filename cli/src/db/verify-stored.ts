import type { SqliteStore } from "@sessionstream/runtime/sqlite";
import { readLog } from "@sessionstream/runtime/store";
import type { Payloads } from "./show/payloads.js";

/** What is wrong with a session, in words, as far as it can be told without the projections of a program. */
export async function* verifyStored(store: SqliteStore, sessionId: string, payloads: Payloads): AsyncGenerator<string> {
  const session = await store.load(sessionId);
  // Deleted meanwhile.
  if (session === undefined) return;
  const { ordinal, cursor, failedAt } = session;
  let last = 0n;
  let hasFailed = failedAt === undefined;
  for await (const event of readLog(store, sessionId, 0n)) {
    // What came in since is not looked at.
    if (event.ordinal > ordinal) break;
    const previous = event.previous ?? event.ordinal - 1n;
    if (previous !== last) {
      yield `event ${event.ordinal} follows event ${previous}, but the event before it in the log is ${last}`;
    }
    if (!payloads.fits(event)) {
      yield `event ${event.ordinal}, "${event.name}" of version ${event.version}, cannot be read by the schema that is stored for it`;
    }
    hasFailed ||= event.ordinal === failedAt;
    last = event.ordinal;
  }
  if (last !== ordinal) yield `the log ends at event ${last}, but the session says that it ends at ${ordinal}`;
  if (cursor > ordinal) yield `the timeline is said to contain event ${cursor}, but the log ends at ${ordinal}`;
  if (!hasFailed) yield `the timeline is said to stop before event ${failedAt}, which the log does not have`;
  if (failedAt !== undefined && failedAt <= cursor) {
    yield `the timeline is said to stop before event ${failedAt}, but to contain event ${cursor}`;
  }
  for (const { kind, id, createdOrdinal, lastEventOrdinal } of session.entities) {
    if (createdOrdinal >= 1n && createdOrdinal <= lastEventOrdinal && lastEventOrdinal <= cursor) continue;
    yield `${kind} ${id} is said to be of the events ${createdOrdinal} to ${lastEventOrdinal}, but the timeline is of those up to ${cursor}`;
  }
}
