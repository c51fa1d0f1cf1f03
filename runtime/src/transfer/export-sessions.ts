import { create, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { type ExportRecord, ExportRecordSchema } from "@sessionstream/proto/sessionstream/v1/export_pb.js";
import { aFunction, aString, checkOptions, invalidOption } from "../base/option.js";
import { sessionIds } from "../store/session-ids.js";
import type { SessionPart } from "../store/session-part.js";
import type { Store } from "../store/store.js";
import type { StoredDescriptor } from "../store/stored.js";
import { Checksum } from "./checksum.js";
import type { TransferProgress } from "./progress.js";
import {
  toDescriptorRecord,
  toErrorRecord,
  toEventRecord,
  toKeyRecord,
  toRunRecord,
  toSessionRecord,
} from "./to-record.js";

/** The format of the files that this release writes and reads. */
export const exportFormat = 1;

/** Which sessions are exported: all, if nothing is said. */
export interface SessionSelection {
  /** The ids of the sessions. Those that do not exist are left out. */
  readonly sessions?: readonly string[];
  /** Those whose ids begin so. */
  readonly prefix?: string;
}

/** What is exported, and who hears of it. */
export interface ExportOptions extends SessionSelection {
  /** Called for each part that was read. */
  readonly onProgress?: (progress: TransferProgress) => void;
}

type Record = ExportRecord["record"];

/**
 * Exports sessions, each as it is at one instant, in chunks of bounded size. The file is described in
 * `sessionstream/v1/export.proto`. Nothing is read before the first chunk is asked for.
 * @throws INVALID_OPTION, and what the store throws.
 */
export function exportSessions(store: Store, options: ExportOptions = {}): AsyncGenerator<Uint8Array> {
  checkSelection(options);
  return recordsOf(store, options);
}

function checkSelection(options: ExportOptions): void {
  checkOptions("export", options, { prefix: aString, onProgress: aFunction, sessions: listOfIds });
  if (options.sessions !== undefined && options.prefix !== undefined) {
    throw invalidOption("export", "prefix", options.prefix, "no prefix where sessions are given");
  }
}

const listOfIds = {
  words: "a list of session ids",
  accepts: (value: unknown) => Array.isArray(value) && value.every((each) => typeof each === "string"),
};

async function* recordsOf(store: Store, options: ExportOptions): AsyncGenerator<Uint8Array> {
  const writer = new RecordWriter();
  const described = new Set<string>();
  let sessions = 0;
  let events = 0;
  yield writer.write([
    {
      case: "header",
      value: { $typeName: "sessionstream.v1.ExportHeader", format: exportFormat, time: BigInt(Date.now()) },
    },
  ]);
  for await (const sessionId of idsOf(store, options)) {
    let records = 0;
    let isThere = false;
    for await (const part of store.read(sessionId)) {
      isThere = true;
      const made = recordsOfPart(sessionId, part);
      if (part.is === "session") made.unshift(...(await newDescriptors(store, described)));
      else records += made.length;
      if (part.is === "events") events += made.length;
      yield writer.write(made);
      options.onProgress?.({ sessionId, sessions, events });
    }
    if (!isThere) continue;
    sessions++;
    yield writer.end(records);
    options.onProgress?.({ sessionId, sessions, events });
  }
  yield writer.write([{ case: "end", value: { $typeName: "sessionstream.v1.ExportEnd", sessions: BigInt(sessions) } }]);
}

/** Those that the file does not have yet. Read once the instant of a session is fixed, they are all that it needs. */
async function newDescriptors(store: Store, described: Set<string>): Promise<Record[]> {
  const keyOf = ({ mark, name, version, hash }: StoredDescriptor) => `${mark} ${name} ${version} ${hash}`;
  const found = (await store.descriptors()).filter((each) => !described.has(keyOf(each)));
  for (const each of found) described.add(keyOf(each));
  return found.map(toDescriptorRecord);
}

async function* idsOf(store: Store, { sessions, prefix = "" }: SessionSelection): AsyncGenerator<string> {
  if (sessions !== undefined) {
    yield* new Set(sessions);
    return;
  }
  for await (const id of sessionIds(store)) if (id.startsWith(prefix)) yield id;
}

function recordsOfPart(sessionId: string, part: SessionPart): Record[] {
  if (part.is === "session") return [toSessionRecord(sessionId, part.session)];
  if (part.is === "events") return part.events.map(toEventRecord);
  if (part.is === "errors") return part.errors.map(toErrorRecord);
  if (part.is === "keys") return part.keys.map(toKeyRecord);
  return part.runs.map(toRunRecord);
}

/** Makes bytes of records, each after its length. */
class RecordWriter {
  readonly #checksum = new Checksum();

  write(records: readonly Record[]): Uint8Array {
    const writer = new BinaryWriter();
    for (const record of records) {
      const bytes = toBinary(ExportRecordSchema, create(ExportRecordSchema, { record }));
      this.#checksum.add(bytes);
      writer.bytes(bytes);
    }
    return writer.finish();
  }

  end(records: number): Uint8Array {
    const { value: checksum } = this.#checksum;
    const value = { $typeName: "sessionstream.v1.ExportedSessionEnd", records: BigInt(records), checksum } as const;
    return this.write([{ case: "sessionEnd", value }]);
  }
}
