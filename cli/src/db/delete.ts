import { type ExitCode, exitCodes } from "../shell/exit-code.js";
import { checkSession, withStore } from "./open.js";
import { Progress } from "./progress.js";

/** Deletes sessions. If one of them is not there, deletes none. */
export function deleteSessions(
  file: string,
  sessions: readonly string[],
  { vacuum = false }: { readonly vacuum?: boolean },
): Promise<ExitCode> {
  return withStore(file, { readonly: false }, async (store) => {
    for (const sessionId of sessions) await checkSession(store, file, sessionId);
    const progress = new Progress();
    let deleted = 0;
    for (const sessionId of new Set(sessions)) {
      progress.show(() => `deleting "${sessionId}", ${deleted} of ${sessions.length} sessions are deleted`);
      if (await store.delete(sessionId)) deleted++;
    }
    progress.end();
    console.error(`${deleted} ${deleted === 1 ? "session is" : "sessions are"} deleted.`);
    if (vacuum) await store.vacuum();
    return exitCodes.clean;
  });
}

/** Writes a database anew. */
export function vacuum(file: string): Promise<ExitCode> {
  return withStore(file, { readonly: false }, async (store) => {
    await store.vacuum();
    return exitCodes.clean;
  });
}
