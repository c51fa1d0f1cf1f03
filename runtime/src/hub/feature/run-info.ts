import type { Payload } from "../../schema/payload.js";
import type { SchemaRegistry } from "../../schema/registry.js";
import type { DescRun } from "../../schema/run.js";
import type { EventMeta } from "../../store/event-meta.js";
import type { RunOutcome, RunWait, StoredRun } from "../../store/stored-run.js";

/**
 * What a run does: nothing yet (`queued`), or it works (`running`), or waits (`waiting`); or how it
 * ended.
 */
export type RunState = "queued" | "running" | "waiting" | RunOutcome["status"];

/** A run as those see it who look at a session. */
export interface RunInfo {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  /** Undefined where the program does not know such a run, or cannot read its input. */
  readonly input: Payload<DescRun["schema"]> | undefined;
  /** The attempt that is going on, or that was the last. 0 before the first. */
  readonly attempt: number;
  /** The process that works on it, or did when it ended. Undefined until a process takes it. */
  readonly owner: string | undefined;
  /** Who and what started it. */
  readonly startedBy: EventMeta;
  /** In milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** When it begins at the earliest, in milliseconds since the Unix epoch. Undefined if at once. */
  readonly at: number | undefined;
  /** What it waits for. Undefined where it does not. */
  readonly waitsFor: RunWait | undefined;
  /** Undefined until it has ended. */
  readonly outcome: RunOutcome | undefined;
  /** When it ended, in milliseconds since the Unix epoch. */
  readonly endedAt: number | undefined;
}

/** Reads a stored run as the schema of today has it. */
export function runInfoOf(registry: SchemaRegistry, run: StoredRun): RunInfo {
  const { id, name, attempt, owner, startedBy, startedAt, at, waitsFor, ended } = run;
  return {
    id,
    name,
    state: stateOf(run),
    input: inputOf(registry, run),
    attempt,
    owner,
    startedBy,
    startedAt,
    at,
    waitsFor,
    outcome: ended?.outcome,
    endedAt: ended?.time,
  };
}

function stateOf({ ended, owner, waitsFor }: StoredRun): RunState {
  if (ended !== undefined) return ended.outcome.status;
  if (owner === undefined) return "queued";
  return waitsFor === undefined ? "running" : "waiting";
}

function inputOf(registry: SchemaRegistry, { name, type, input }: StoredRun): RunInfo["input"] {
  if (!registry.hasRun(name)) return undefined;
  const { schema } = registry.run(name);
  if (schema.typeName !== type) return undefined;
  try {
    return registry.decode(schema, input);
  } catch {
    return undefined;
  }
}
