import type { Submitted } from "../../session/session-client.js";

/** The outcome of a command, for transports. `hub.trySubmit` resolves to it. */
export type SubmitOutcome =
  | ({ readonly status: "done" } & Submitted)
  /** The command was refused before its handler's turn. Nothing was done. */
  | { readonly status: "refused"; readonly error: unknown }
  /** The handler failed, or one of its events was refused. */
  | { readonly status: "failed"; readonly error: unknown };

/** Marks an error as one from the handler's turn on. Any other error refused the command. */
export class CommandFailure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** Tells what became of a command. Never rejects. */
export async function outcomeOf(submit: () => Promise<Submitted>): Promise<SubmitOutcome> {
  try {
    return { status: "done", ...(await submit()) };
  } catch (thrown) {
    return thrown instanceof CommandFailure
      ? { status: "failed", error: thrown.error }
      : { status: "refused", error: thrown };
  }
}

/**
 * The ordinal of a command that is done.
 * @throws what it was refused for or failed with.
 */
export function submittedOf(outcome: SubmitOutcome): Submitted {
  if (outcome.status !== "done") throw outcome.error;
  return { ordinal: outcome.ordinal };
}
