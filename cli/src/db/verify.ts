import type { EntityDifference } from "@sessionstream/runtime";
import type { SqliteStore } from "@sessionstream/runtime/sqlite";
import { sessionIds } from "@sessionstream/runtime/store";
import { type ExitCode, exitCodes } from "../shell/exit-code.js";
import { checkSession, withStore } from "./open.js";
import { readerOf } from "./program.js";
import { Progress } from "./progress.js";
import { Payloads } from "./show/payloads.js";
import { jsonLine, print } from "./show/print.js";
import { verifyStored } from "./verify-stored.js";

interface VerifyOptions {
  readonly program?: string;
  readonly json?: true;
}

/** Something that is not as it should be: of an entity, of a session, or of the file. */
interface Finding extends Partial<EntityDifference> {
  readonly sessionId?: string;
  readonly what: string;
}

/** Verifies sessions, one after the other. The exit code says whether all is well. */
export function verify(file: string, session: string | undefined, options: VerifyOptions): Promise<ExitCode> {
  const { json } = options;
  return withStore(file, { readonly: true }, async (store) => {
    if (session !== undefined) await checkSession(store, file, session);
    const progress = new Progress();
    let sessions = 0;
    let findings = 0;
    const begin = (sessionId: string) => {
      sessions++;
      progress.show(() => `verifying "${sessionId}", ${findings} findings so far`);
    };
    for await (const finding of findingsOf(store, session, options, begin)) {
      findings++;
      progress.end();
      const { sessionId, what } = finding;
      await print(json ? jsonLine(finding) : sessionId === undefined ? what : `${sessionId}  ${what}`);
    }
    progress.end();
    const how = options.program === undefined ? ", without the projections of a program" : "";
    console.error(`Verified ${sessions} ${sessions === 1 ? "session" : "sessions"}${how}: ${findings} findings.`);
    return findings > 0 ? exitCodes.findings : exitCodes.clean;
  });
}

async function* findingsOf(
  store: SqliteStore,
  session: string | undefined,
  { program }: VerifyOptions,
  onSession: (sessionId: string) => void,
): AsyncGenerator<Finding> {
  const reader = program === undefined ? undefined : await readerOf(program, store);
  if (session === undefined) for (const what of await store.check()) yield { what };
  const payloads = new Payloads(await store.descriptors());
  for await (const sessionId of session === undefined ? sessionIds(store) : [session]) {
    onSession(sessionId);
    for await (const what of verifyStored(store, sessionId, payloads)) yield { sessionId, what };
    const { differences = [], skipped = [] } = (await reader?.verify(sessionId)) ?? {};
    for (const { kind, id, change } of differences) {
      yield { sessionId, kind, id, change, what: `${kind} ${id} ${inWords[change]}` };
    }
    if (differences.length === 0) continue;
    for (const { ordinal, message } of skipped) yield { sessionId, what: `event ${ordinal} was skipped: ${message}` };
  }
}

const inWords = {
  added: "is stored, and the fold of the log has no such entity",
  changed: "is not as the fold of the log has it",
  missing: "is not stored, though the fold of the log has it",
};
