import { readErrors, type StoredError, sessionIds } from "@sessionstream/runtime/store";
import { CannotRun } from "../shell/cannot-run.js";
import { type ExitCode, exitCodes } from "../shell/exit-code.js";
import { checkSession, withStore } from "./open.js";
import { jsonLine, print, shownTime } from "./show/print.js";
import { wholeOption } from "./whole-option.js";

interface ErrorsOptions {
  readonly after?: string;
  readonly limit?: string;
  readonly json?: true;
}

/** Prints the failures on record of a session, or of all. The exit code says whether there are any. */
export function printErrors(file: string, session: string | undefined, options: ErrorsOptions): Promise<ExitCode> {
  const { json } = options;
  if (session === undefined && (options.after !== undefined || options.limit !== undefined)) {
    throw new CannotRun("INVALID_OPTION", "options --after and --limit are for the failures of one session: name it");
  }
  const after = wholeOption("--after", options.after ?? "0");
  const limit = options.limit === undefined ? undefined : wholeOption("--limit", options.limit);
  return withStore(file, { readonly: true }, async (store) => {
    if (session !== undefined) await checkSession(store, file, session);
    let hasErrors = false;
    for await (const sessionId of session === undefined ? sessionIds(store) : [session]) {
      const errors = readErrors(store, sessionId, after);
      for await (const error of limit === undefined ? errors : ofFirst(errors, limit)) {
        hasErrors = true;
        const { ordinal, time, message } = error;
        await print(
          json ? jsonLine({ sessionId, ...error }) : `${sessionId}  ${ordinal}  ${shownTime(time)}  ${message}`,
        );
      }
    }
    return hasErrors ? exitCodes.findings : exitCodes.clean;
  });
}

/** The failures of the first events that have any. */
async function* ofFirst(errors: AsyncIterable<StoredError>, events: bigint): AsyncGenerator<StoredError> {
  let left = events;
  let last: bigint | undefined;
  for await (const error of errors) {
    if (error.ordinal !== last && left-- === 0n) return;
    last = error.ordinal;
    yield error;
  }
}
