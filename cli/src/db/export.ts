import { createWriteStream, existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { exportSessions, type TransferProgress } from "@sessionstream/runtime/transfer";
import { CannotRun } from "../shell/cannot-run.js";
import { type ExitCode, exitCodes } from "../shell/exit-code.js";
import { checkSession, withStore } from "./open.js";
import { Progress } from "./progress.js";

interface ExportOptions {
  readonly prefix?: string;
  readonly out?: string;
}

/** Exports sessions to a new file, or to the standard output. */
export function exportTo(file: string, sessions: readonly string[], { prefix, out }: ExportOptions): Promise<ExitCode> {
  if (out === undefined && process.stdout.isTTY) {
    throw new CannotRun(
      "INVALID_OPTION",
      "an export is not for a terminal: name a file with --out, or redirect the output",
    );
  }
  if (out !== undefined && existsSync(out))
    throw new CannotRun("FILE_EXISTS", `there is a file "${out}": name a new one`);
  return withStore(file, { readonly: true }, async (store) => {
    for (const sessionId of sessions) await checkSession(store, file, sessionId);
    const progress = new Progress();
    let last: TransferProgress | undefined;
    const exported = exportSessions(store, {
      ...(sessions.length > 0 && { sessions }),
      ...(prefix !== undefined && { prefix }),
      onProgress: (each) => {
        last = each;
        progress.show(() => `exporting "${each.sessionId}", ${countOf(each)} so far`);
      },
    });
    try {
      await (out === undefined ? pipeline(exported, process.stdout, { end: false }) : writeFile(exported, out));
    } finally {
      progress.end();
    }
    console.error(`Exported ${countOf(last)}.`);
    return exitCodes.clean;
  });
}

/** The file has its name once it is whole. */
async function writeFile(exported: AsyncIterable<Uint8Array>, out: string): Promise<void> {
  const partial = `${out}.${crypto.randomUUID()}.partial`;
  try {
    await pipeline(exported, createWriteStream(partial, { flags: "wx", flush: true }));
    await rename(partial, out);
  } catch (thrown) {
    await rm(partial, { force: true });
    throw thrown;
  }
}

/** What was exported or imported, in words. */
export function countOf(
  { sessions, events }: Pick<TransferProgress, "sessions" | "events"> = { sessions: 0, events: 0 },
): string {
  return `${sessions} ${sessions === 1 ? "session" : "sessions"} with ${events} ${events === 1 ? "event" : "events"}`;
}
