import { messageOf } from "../base/errors.js";
import { aBoolean, aFunction, checkOptions } from "../base/option.js";
import { checkSessionId } from "../session/session-id.js";
import type { SessionInfo } from "../session/session-info.js";
import type { SessionPart } from "../store/session-part.js";
import type { Store } from "../store/store.js";
import type { StoredDescriptor, StoredEvent } from "../store/stored.js";
import { exportFormat } from "./export-sessions.js";
import { fromDescriptor } from "./from-record.js";
import { PayloadCheck } from "./payload-check.js";
import type { TransferProgress } from "./progress.js";
import { RecordReader } from "./record-reader.js";
import { SessionReader } from "./session-reader.js";

/** What of a store an import needs. Nothing is asked of it before the first session has begun. */
export type ImportTarget = Pick<Store, "write" | "describe">;

/** How an export is imported. */
export interface ImportOptions {
  /** Whether sessions take the place of those that are there. Otherwise the first such session ends the import. */
  readonly replace?: boolean;
  /** Throws where a program cannot take an event. Without it, events are checked against the schemas of the export alone. */
  readonly check?: (session: SessionInfo, event: StoredEvent) => void;
  /** Called for each part that was read. */
  readonly onProgress?: (progress: TransferProgress) => void;
  /** Called for each session that is there, whole and durable. */
  readonly onSession?: (sessionId: string) => void;
}

/** What was imported. */
export interface Imported {
  readonly sessions: number;
  readonly events: number;
}

/**
 * Imports the sessions of an export, one after the other, each whole or not at all. All is checked on the way: the format,
 * the order of ordinals, each payload against the schema that the export has of it, and what was damaged or cut off. An
 * import that fails, or whose process ends, leaves the sessions before. To import the same export again, with `replace` or
 * without those that are there, goes on with it.
 * @throws INVALID_EXPORT, SESSION_EXISTS, INVALID_OPTION, and what the store throws.
 */
export async function importSessions(
  store: ImportTarget,
  source: AsyncIterable<Uint8Array>,
  options: ImportOptions = {},
): Promise<Imported> {
  const { check, onProgress, onSession } = options;
  checkOptions("import", options, { replace: aBoolean, check: aFunction, onProgress: aFunction, onSession: aFunction });
  const records = new RecordReader(source);
  try {
    await readHeader(records);
    const payloads = new PayloadCheck();
    const described = new Set<StoredDescriptor>();
    let sessions = 0;
    let events = 0;
    for (;;) {
      const record = await records.next();
      if (record?.case === "end") {
        if (record.value.sessions !== BigInt(sessions)) {
          throw records.invalid(`got ${sessions} sessions, but the end says ${record.value.sessions}`);
        }
        if ((await records.next()) !== undefined) throw records.invalid("got something after the end");
        return { sessions, events };
      }
      if (record === undefined) throw records.invalid("the export was cut off");
      if (record.case === "descriptor") {
        try {
          payloads.add(fromDescriptor(record.value));
        } catch (thrown) {
          throw records.invalid(`descriptor: ${messageOf(thrown)}`, undefined, thrown);
        }
        continue;
      }
      if (record.case !== "session")
        throw records.invalid(`got ${record.case}, want a descriptor, a session or the end`);
      const { sessionId } = record.value;
      try {
        checkSessionId(sessionId);
      } catch (thrown) {
        throw records.invalid(messageOf(thrown), undefined, thrown);
      }
      const session = new SessionReader(record.value, { records, payloads, check });
      await store.write(sessionId, parts(session), { replace: options.replace ?? false });
      sessions++;
      events += session.events;
      onSession?.(sessionId);
      onProgress?.({ sessionId, sessions, events });

      async function* parts(session: SessionReader): AsyncGenerator<SessionPart> {
        for await (const part of session.parts()) {
          yield part;
          onProgress?.({ sessionId, sessions, events: events + session.events });
        }
        // Before the session is there: who finds it knows its schemas.
        const missing = [...session.used].filter((each) => !described.has(each));
        if (missing.length > 0) await store.describe(missing);
        for (const each of missing) described.add(each);
      }
    }
  } finally {
    await records.close();
  }
}

async function readHeader(records: RecordReader): Promise<void> {
  const header = await records.next();
  if (header?.case !== "header")
    throw records.invalid(`got ${header?.case ?? "nothing"}, want a header: this is no export`);
  const { format } = header.value;
  if (format === exportFormat) return;
  throw records.invalid(`got format ${format}, want ${exportFormat}: read the file with the release that wrote it`);
}
