import { sessionIds } from "@sessionstream/runtime/store";
import { type ExitCode, exitCodes } from "../shell/exit-code.js";
import { checkSession, withStore } from "./open.js";
import { jsonLine, print, shownTime } from "./show/print.js";

/** Prints the failures on record of a session, or of all. The exit code says whether there are any. */
export function printErrors(
  file: string,
  session: string | undefined,
  { json }: { readonly json?: true },
): Promise<ExitCode> {
  return withStore(file, { readonly: true }, async (store) => {
    if (session !== undefined) await checkSession(store, file, session);
    let hasErrors = false;
    for await (const sessionId of session === undefined ? sessionIds(store) : [session]) {
      for (const error of await store.errors(sessionId)) {
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
