import type { EventMeta } from "./event-meta.js";

/** How a run ended. */
export type RunOutcome =
  /** It returned. */
  | { readonly status: "completed" }
  /** It failed for good: with the message and, where there is one, the code of the last error. */
  | { readonly status: "failed"; readonly message: string; readonly code?: string }
  /** Somebody cancelled it, or the run that started it. */
  | { readonly status: "cancelled"; readonly reason?: string };

/** What a run waits for. `until` is in milliseconds since the Unix epoch. */
export type RunWait =
  | { readonly for: "entity"; readonly kind: string; readonly id: string; readonly until?: number }
  | { readonly for: "run"; readonly id: string; readonly until?: number }
  | { readonly for: "time"; readonly until: number };

/**
 * A run as a store keeps it. Each change of it is a part of a batch, so it moves the
 * session's revision. A run has one owner at a time: who has it, and in which attempt, is what
 * fences off a process that lost it.
 */
export interface StoredRun {
  /** Unique in the session. */
  readonly id: string;
  readonly name: string;
  /** The full name of the input's message type. */
  readonly type: string;
  /** The input in protobuf's binary format. */
  readonly input: Uint8Array;
  /** When it was started, in milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** Who and what started it. A change leaves it as it is stored: a store may have forgotten who it was. */
  readonly startedBy: EventMeta;
  /** When it begins at the earliest, in milliseconds since the Unix epoch. */
  readonly at: number | undefined;
  /** The run that started it, and with which it is cancelled. */
  readonly parent: string | undefined;
  /** The attempt that is going on, or that was the last. 0 before the first. */
  readonly attempt: number;
  /** How many attempts failed. */
  readonly failures: number;
  /** The process that works on it, or did when it ended. Undefined until a process takes it. */
  readonly owner: string | undefined;
  readonly waitsFor: RunWait | undefined;
  /** Undefined until it has ended. */
  readonly ended: { readonly outcome: RunOutcome; readonly time: number } | undefined;
}

/** Names a run. */
export interface RunName {
  readonly sessionId: string;
  readonly id: string;
}

/** A run that no process works on, with what tells whether it changes. */
export type FreeRun = RunName & Pick<StoredRun, "owner" | "attempt">;

/** A process that has runs. */
export interface RunOwner {
  readonly process: string;
  /** The number of its heartbeats. */
  readonly beat: number;
}
