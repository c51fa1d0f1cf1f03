import type { KeyName, KeyOutcome, StoredError, StoredEvent, StoredKey, StoredSession } from "./stored.js";
import type { StoredRun } from "./stored-run.js";

/** A session that is read or written whole, without what follows from its events. */
export type WholeSession = Pick<StoredSession, "metadata" | "ordinal" | "epoch" | "failedAt">;

/** An idempotency key whose work has published something or is done. */
export interface DoneKey extends Omit<KeyName, "sessionId">, Pick<StoredKey, "fingerprint"> {
  readonly outcome: KeyOutcome;
  /** When the work began, in milliseconds since the Unix epoch. */
  readonly time: number;
}

/** Some of what belongs to a session that is read or written whole. The session itself comes first. */
export type SessionPart =
  | { readonly is: "session"; readonly session: WholeSession }
  /** In order, each after those of the parts before. */
  | { readonly is: "events"; readonly events: readonly StoredEvent[] }
  /** In the order in which they were recorded. */
  | { readonly is: "errors"; readonly errors: readonly StoredError[] }
  | { readonly is: "keys"; readonly keys: readonly DoneKey[] }
  /** In the order in which they were started. */
  | { readonly is: "runs"; readonly runs: readonly StoredRun[] };

/** A part of a session has at most so many rows, */
export const mostRows = 500;

/** and, if it has several, about so many bytes of payloads at most. */
export const mostBytes = 262_144;

/** Cuts rows into lists that are held in memory at once. */
export function* inParts<T>(rows: Iterable<T>, sizeOf: (row: T) => number = () => 0): Generator<readonly T[]> {
  let part: T[] = [];
  let bytes = 0;
  for (const row of rows) {
    part.push(row);
    bytes += sizeOf(row);
    if (part.length < mostRows && bytes < mostBytes) continue;
    yield part;
    part = [];
    bytes = 0;
  }
  if (part.length > 0) yield part;
}
