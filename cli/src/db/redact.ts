import { type Redaction, redactSession } from "@sessionstream/runtime/transfer";
import { CannotRun } from "../shell/cannot-run.js";
import { type ExitCode, exitCodes } from "../shell/exit-code.js";
import { checkSession, withStore } from "./open.js";

interface RedactOptions {
  readonly ordinals: string;
  readonly fields: string;
  readonly yes?: true;
  readonly vacuum?: true;
}

/** Clears fields of events. */
export function redact(file: string, sessionId: string, options: RedactOptions): Promise<ExitCode> {
  const { yes = false, vacuum = false } = options;
  const redaction: Redaction = { ordinals: ordinalsOf(options.ordinals), fields: options.fields.split(",") };
  const count = new Set(redaction.ordinals).size;
  const events = `${count} ${count === 1 ? "event" : "events"}`;
  if (!yes) {
    throw new CannotRun(
      "INVALID_OPTION",
      `this clears ${redaction.fields.join(", ")} in ${events} for good: say that you want it with --yes`,
    );
  }
  return withStore(file, { readonly: false }, async (store) => {
    await checkSession(store, file, sessionId);
    await redactSession(store, sessionId, redaction);
    console.error(`Cleared in ${events}. The application folds the log again when it next uses the session.`);
    if (vacuum) await store.vacuum();
    return exitCodes.clean;
  });
}

function ordinalsOf(text: string): bigint[] {
  const ordinals = text.split(",");
  if (ordinals.every((each) => /^\d{1,18}$/.test(each))) return ordinals.map(BigInt);
  throw new CannotRun("INVALID_OPTION", `option --ordinals: got "${text}", want whole numbers with commas between`);
}
