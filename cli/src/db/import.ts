import { createReadStream, existsSync } from "node:fs";
import { importSessions } from "@sessionstream/runtime/transfer";
import { CannotRun } from "../shell/cannot-run.js";
import { type ExitCode, exitCodes } from "../shell/exit-code.js";
import { countOf } from "./export.js";
import { withStore } from "./open.js";
import { Progress } from "./progress.js";

/** Imports an export from a file or the standard input. */
export function importFrom(
  file: string,
  from: string,
  { replace = false }: { readonly replace?: boolean },
): Promise<ExitCode> {
  if (from !== "-" && !existsSync(from))
    throw new CannotRun("PATH_NOT_FOUND", `there is no file "${from}": name an export`);
  return withStore(file, { readonly: false, mayBeNew: true }, async (store) => {
    const progress = new Progress();
    let whole = 0;
    try {
      const imported = await importSessions(store, from === "-" ? process.stdin : createReadStream(from), {
        replace,
        onSession: () => whole++,
        onProgress: (each) => progress.show(() => `importing "${each.sessionId}", ${countOf(each)} so far`),
      });
      progress.end();
      console.error(`Imported ${countOf(imported)}.`);
    } catch (thrown) {
      progress.end();
      if (whole > 0)
        console.error(`${whole} ${whole === 1 ? "session is" : "sessions are"} imported, the rest is not.`);
      throw thrown;
    }
    return exitCodes.clean;
  });
}
