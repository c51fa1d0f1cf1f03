import { messageOf } from "../base/errors.js";
import { checkRunId } from "../schema/run.js";
import { firstEpoch } from "../session/epoch.js";
import type { SessionInfo } from "../session/session-info.js";
import { largestOrdinal, previousOf } from "../store/rules.js";
import { type DoneKey, mostBytes, mostRows, type SessionPart } from "../store/session-part.js";
import type { StoredDescriptor, StoredError, StoredEvent } from "../store/stored.js";
import type { StoredRun } from "../store/stored-run.js";
import { fromError, fromEvent, fromKey, fromRun } from "./from-record.js";
import type { PayloadCheck } from "./payload-check.js";
import type { Read, RecordReader } from "./record-reader.js";

type SessionRecord = Extract<Read, { readonly case: "session" }>["value"];
type EndRecord = Extract<Read, { readonly case: "sessionEnd" }>["value"];
type RowRecord = Extract<Read, { readonly case: "event" | "error" | "key" | "run" }>;

/** What comes with a session of an export. */
export interface SessionSource {
  readonly records: RecordReader;
  readonly payloads: PayloadCheck;
  /** @throws where a program cannot take an event. */
  readonly check: ((session: SessionInfo, event: StoredEvent) => void) | undefined;
}

/** Reads one session of an export, and checks all of it on the way. */
export class SessionReader {
  readonly id: string;
  /** The schemas of what the session has. */
  readonly used = new Set<StoredDescriptor>();
  events = 0;
  readonly #source: SessionSource;
  readonly #record: SessionRecord;
  readonly #info: SessionInfo;
  readonly #runs = new Set<string>();
  readonly #keys = new Set<string>();
  #records = 0;
  #last = 0n;
  #hasFailed: boolean;

  constructor(record: SessionRecord, source: SessionSource) {
    this.id = record.sessionId;
    this.#record = record;
    this.#source = source;
    this.#info = { id: this.id, metadata: record.metadata ?? {} };
    this.#hasFailed = record.failedAt === 0n;
  }

  /** @throws INVALID_EXPORT. */
  async *parts(): AsyncGenerator<SessionPart> {
    const { ordinal, failedAt } = this.#record;
    const { metadata } = this.#info;
    if (ordinal > largestOrdinal) throw this.#invalid(`got ordinal ${ordinal}, want one up to ${largestOrdinal}`);
    yield {
      is: "session",
      // To clients and to other processes, it is another session than the one that was exported.
      session: { metadata, ordinal, epoch: firstEpoch(), failedAt: failedAt === 0n ? undefined : failedAt },
    };
    for (;;) {
      const first = await this.#source.records.peek();
      if (first?.case === "sessionEnd") break;
      if (first === undefined || !isRow(first))
        throw this.#invalid(`got ${first?.case ?? "the end"} within the session`);
      yield await this.#part(first.case);
    }
    await this.#end();
  }

  /** Reads rows of one kind. */
  async #part(of: RowRecord["case"]): Promise<SessionPart> {
    const [events, errors, keys, runs]: [StoredEvent[], StoredError[], DoneKey[], StoredRun[]] = [[], [], [], []];
    let bytes = 0;
    for (let rows = 0; rows < mostRows && bytes < mostBytes; rows++) {
      if ((await this.#source.records.peek())?.case !== of) break;
      const record = (await this.#source.records.next()) as RowRecord;
      this.#records++;
      try {
        if (record.case === "event") {
          bytes += record.value.payload.length;
          events.push(this.#event(fromEvent(record.value)));
        } else if (record.case === "error") errors.push(this.#error(fromError(record.value)));
        else if (record.case === "key") keys.push(this.#key(fromKey(record.value)));
        else {
          bytes += record.value.input.length;
          runs.push(this.#run(fromRun(record.value)));
        }
      } catch (thrown) {
        throw this.#invalid(`${record.case}: ${messageOf(thrown)}`, thrown);
      }
    }
    if (of === "event") return { is: "events", events };
    if (of === "error") return { is: "errors", errors };
    return of === "key" ? { is: "keys", keys } : { is: "runs", runs };
  }

  #event(event: StoredEvent): StoredEvent {
    const { ordinal } = event;
    const previous = previousOf(event);
    if (ordinal <= this.#last || previous !== this.#last) {
      throw new Error(`got ordinal ${ordinal} after ${previous}, but the event before it is at ${this.#last}`);
    }
    if (ordinal > this.#record.ordinal) {
      throw new Error(`got ordinal ${ordinal}, but the session says that its last is ${this.#record.ordinal}`);
    }
    for (const each of this.#source.payloads.check("event", event)) this.used.add(each);
    this.#source.check?.(this.#info, event);
    if (ordinal === this.#record.failedAt) this.#hasFailed = true;
    this.#last = ordinal;
    this.events++;
    return event;
  }

  #error(error: StoredError): StoredError {
    this.#checkOrdinal(error.ordinal, 1n);
    return error;
  }

  #key(key: DoneKey): DoneKey {
    const { firstOrdinal, lastOrdinal } = key.outcome;
    this.#checkOrdinal(firstOrdinal, 0n);
    this.#checkOrdinal(lastOrdinal, firstOrdinal);
    if (this.#keys.size === 0) for (const each of this.#source.payloads.ofMark("command")) this.used.add(each);
    const name = JSON.stringify([key.space, key.key]);
    if (this.#keys.has(name)) throw new Error(`got key "${key.key}" of space "${key.space}" twice`);
    this.#keys.add(name);
    return key;
  }

  #run(run: StoredRun): StoredRun {
    checkRunId(run.id);
    if (this.#runs.has(run.id)) throw new Error(`got run "${run.id}" twice`);
    this.#runs.add(run.id);
    if (run.parent === run.id) throw new Error(`got run "${run.id}" as the parent of itself`);
    const { name, type, input: payload } = run;
    for (const each of this.#source.payloads.check("run", { name, version: 1, type, payload })) this.used.add(each);
    return run;
  }

  #checkOrdinal(got: bigint, from: bigint): void {
    const { ordinal } = this.#record;
    if (got < from || got > ordinal) throw new Error(`got ordinal ${got}, want one from ${from} to ${ordinal}`);
  }

  async #end(): Promise<void> {
    const end = (await this.#source.records.next())?.value as EndRecord;
    const { checksum } = this.#source.records;
    if (end.records !== BigInt(this.#records)) {
      throw this.#invalid(`got ${this.#records} records, but its end says ${end.records}`);
    }
    if (end.checksum !== checksum)
      throw this.#invalid(`got checksum ${checksum}, but its end says ${end.checksum}: it was damaged`);
    if (this.#last !== this.#record.ordinal) {
      throw this.#invalid(`its last event is at ${this.#last}, but it says ${this.#record.ordinal}`);
    }
    if (!this.#hasFailed)
      throw this.#invalid(`it says that event ${this.#record.failedAt} failed, which it does not have`);
  }

  #invalid(what: string, cause?: unknown) {
    return this.#source.records.invalid(what, this.id, cause);
  }
}

function isRow(record: Read): record is RowRecord {
  return ["event", "error", "key", "run"].includes(record.case);
}
