import { createReadStream } from "node:fs";
import type { SqliteStore } from "@sessionstream/runtime/sqlite";
import { type ImportTarget, importSessions } from "@sessionstream/runtime/transfer";
import { CannotRun } from "../shell/cannot-run.js";
import { type ExitCode, exitCodes } from "../shell/exit-code.js";
import { countOf } from "./export.js";
import { isFile, openStore } from "./open.js";
import { Progress } from "./progress.js";

/** Imports an export from a file or the standard input. */
export async function importFrom(
  file: string,
  from: string,
  { replace = false }: { readonly replace?: boolean },
): Promise<ExitCode> {
  if (from !== "-" && !isFile(from))
    throw new CannotRun("PATH_NOT_FOUND", `there is no file "${from}": name an export`);
  const progress = new Progress();
  // Opened for the first session: what is no export leaves no new database.
  let store: Promise<SqliteStore> | undefined;
  const opened = () => (store ??= openStore(file, { readonly: false, mayBeNew: true }));
  const target: ImportTarget = {
    write: async (...session) => (await opened()).write(...session),
    describe: async (descriptors) => (await opened()).describe(descriptors),
  };
  let whole = 0;
  try {
    const imported = await importSessions(target, from === "-" ? process.stdin : createReadStream(from), {
      replace,
      onSession: () => whole++,
      onProgress: (each) => progress.show(() => `importing "${each.sessionId}", ${countOf(each)} so far`),
    });
    progress.end();
    console.error(`Imported ${countOf(imported)}.`);
  } catch (thrown) {
    progress.end();
    if (whole > 0) console.error(`${whole} ${whole === 1 ? "session is" : "sessions are"} imported, the rest is not.`);
    throw thrown;
  } finally {
    await (await store?.catch(() => undefined))?.close();
  }
  return exitCodes.clean;
}
