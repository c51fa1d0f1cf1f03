import { readErrors } from "../../../store/read-errors.js";
import type { Store } from "../../../store/store.js";
import type { StoredError } from "../../../store/stored.js";
import type { Failure } from "../../project/fold.js";

/** The failures that the store does not have on record. */
export async function unrecorded(
  store: Store,
  sessionId: string,
  failures: readonly Failure[],
): Promise<readonly Failure[]> {
  if (failures.length === 0) return failures;
  const known = new Set<string>();
  for await (const record of readErrors(store, sessionId, 0n)) known.add(textOf(record));
  return failures.filter(({ record }) => !known.has(textOf(record)));
}

function textOf({ step, ordinal, message }: StoredError): string {
  return `${step} ${ordinal} ${message}`;
}
