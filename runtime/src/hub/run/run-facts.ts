import { SessionstreamError } from "../../base/errors.js";
import type { EventMeta } from "../../store/event-meta.js";
import type { StoredRun } from "../../store/stored-run.js";
import type { RunContext } from "../feature/run-context.js";
import type { SessionHost } from "../write/lane/session-host.js";

/** After how long a store that failed is asked again, in milliseconds. */
export const storePause = 1000;

/**
 * The input of a run, as the schema of today has it.
 * @throws PAYLOAD_TYPE_MISMATCH.
 */
export function inputOf(
  { registry }: SessionHost,
  sessionId: string,
  { id, name, type, input }: StoredRun,
): RunContext["input"] {
  const { schema } = registry.run(name);
  if (schema.typeName === type) return registry.decode(schema, input);
  throw new SessionstreamError(
    "PAYLOAD_TYPE_MISMATCH",
    `run "${id}" input type mismatch: got ${type} want ${schema.typeName}`,
    { sessionId, name, run: id },
  );
}

/** What the events of a run say of where they come from. */
export function metaOf({ id, startedBy }: StoredRun): EventMeta {
  return { ...startedBy, run: id };
}

/** The code of an error, where it has one. */
export function codeOf(error: unknown): { readonly code?: string } {
  const { code } = (typeof error === "object" && error !== null ? error : {}) as { readonly code?: unknown };
  return typeof code === "string" ? { code } : {};
}
