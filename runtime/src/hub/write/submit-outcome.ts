import type { DescCommand } from "../../schema/command.js";
import { isRejected, type RejectedError } from "../../schema/rejection.js";
import type { Submitted } from "../../session/session-client.js";

/** The outcome of a command, for transports. `hub.trySubmit` resolves to it. */
export type SubmitOutcome =
  | ({ readonly status: "done" } & Submitted)
  /** The command was refused before its handler's turn. Nothing was done. */
  | { readonly status: "refused"; readonly error: unknown }
  /** The handler rejected the command with `reject`. */
  | { readonly status: "rejected"; readonly error: RejectedError }
  /** The handler failed, or one of its events was refused. */
  | { readonly status: "failed"; readonly error: unknown };

/** Marks an error as one from the handler's turn on. Any other error refused the command. */
export class CommandFailure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** What the handler, or what stands before it, threw. */
export function errorOf(thrown: unknown): unknown {
  return thrown instanceof CommandFailure ? thrown.error : thrown;
}

/** Tells what became of a command in a session. Never rejects. */
export async function outcomeOf(
  sessionId: string,
  command: DescCommand,
  submit: () => Promise<Submitted>,
): Promise<SubmitOutcome> {
  try {
    return { status: "done", ...(await submit()) };
  } catch (thrown) {
    const error = errorOf(thrown);
    if (isRejectionOf(error, sessionId, command.name)) return { status: "rejected", error };
    return { status: thrown instanceof CommandFailure ? "failed" : "refused", error };
  }
}

/**
 * Whether it is the command itself that was rejected. A handler that submits another command, and
 * lets its rejection through, failed: its own caller does not know those codes.
 */
export function isRejectionOf(error: unknown, sessionId: string, command: string): error is RejectedError {
  return isRejected(error) && error.context.sessionId === sessionId && error.context.name === command;
}

/**
 * The ordinal of a command that is done.
 * @throws what it was refused for or failed with.
 */
export function submittedOf(outcome: SubmitOutcome): Submitted {
  if (outcome.status !== "done") throw outcome.error;
  return { ordinal: outcome.ordinal };
}
