import { fromBinary } from "@bufbuild/protobuf";
import { type ExportRecord, ExportRecordSchema } from "@sessionstream/proto/sessionstream/v1/export_pb.js";
import { messageOf, SessionstreamError } from "../base/errors.js";
import { Checksum } from "./checksum.js";

/** More than any payload takes. A length above it is one of something else. */
const longestRecord = 2 ** 28;

/** A record that has something in it. */
export type Read = Exclude<ExportRecord["record"], { readonly case: undefined }>;

/** Reads the records of an export, one after the other. */
export class RecordReader {
  readonly #bytes: AsyncIterator<Uint8Array>;
  readonly #checksum = new Checksum();
  #chunk: Uint8Array = new Uint8Array();
  #at = 0;
  #count = 0;
  #next: { readonly record: Read | undefined } | undefined;
  /** Of all records before the last one that was read. */
  checksum = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#bytes = source[Symbol.asyncIterator]();
  }

  /** The record that `next` will return. */
  async peek(): Promise<Read | undefined> {
    this.#next ??= { record: await this.#read() };
    return this.#next.record;
  }

  /** @throws INVALID_EXPORT for bytes that are no record. Undefined at the end. */
  async next(): Promise<Read | undefined> {
    const record = this.#next === undefined ? await this.#read() : this.#next.record;
    this.#next = undefined;
    return record;
  }

  /** What is wrong with the record that was read last. */
  invalid(what: string, sessionId?: string, cause?: unknown): SessionstreamError {
    const where = sessionId === undefined ? "" : ` of session "${sessionId}"`;
    return new SessionstreamError("INVALID_EXPORT", `export, record ${this.#count}${where}: ${what}`, {
      ...(sessionId !== undefined && { sessionId }),
      ...(cause !== undefined && { cause }),
    });
  }

  /** Ends the source, read to its end or not. */
  async close(): Promise<void> {
    await this.#bytes.return?.();
  }

  async #read(): Promise<Read | undefined> {
    this.checksum = this.#checksum.value;
    this.#count++;
    const length = await this.#length();
    if (length === undefined) return undefined;
    const bytes = await this.#take(length);
    this.#checksum.add(bytes);
    let record: ExportRecord["record"];
    try {
      ({ record } = fromBinary(ExportRecordSchema, bytes));
    } catch (thrown) {
      throw this.invalid(`these bytes are no record: ${messageOf(thrown)}`, undefined, thrown);
    }
    if (record.case !== undefined) return record;
    throw this.invalid("got a record that this release does not know: read the file with the release that wrote it");
  }

  /** A varint. Undefined at the end. */
  async #length(): Promise<number | undefined> {
    let length = 0;
    for (let place = 1; ; place *= 128) {
      const byte = this.#chunk[this.#at] ?? (await this.#byteOfNext());
      if (byte === undefined && place === 1) return undefined;
      if (byte === undefined) throw this.#cutOff();
      this.#at++;
      length += (byte & 127) * place;
      if (length > longestRecord)
        throw this.invalid(`got a length of more than ${longestRecord} bytes: this is no export`);
      if (byte < 128) return length;
    }
  }

  async #take(length: number): Promise<Uint8Array> {
    const within = this.#chunk.subarray(this.#at, this.#at + length);
    this.#at += within.length;
    // Of what is in it, the store gets a window on these bytes, and the source may use its own again.
    if (within.length === length) return new Uint8Array(within);
    const parts = [within];
    for (let missing = length - within.length; missing > 0; ) {
      if ((await this.#byteOfNext()) === undefined) throw this.#cutOff();
      const part = this.#chunk.subarray(0, missing);
      this.#at = part.length;
      missing -= part.length;
      parts.push(part);
    }
    const taken = new Uint8Array(length);
    let to = 0;
    for (const part of parts) {
      taken.set(part, to);
      to += part.length;
    }
    return taken;
  }

  /** Goes on to the next bytes that come. Returns the first of them, or undefined at the end. */
  async #byteOfNext(): Promise<number | undefined> {
    do {
      const { done, value } = await this.#bytes.next();
      this.#chunk = done === true ? new Uint8Array() : value;
      this.#at = 0;
      if (done === true) return undefined;
    } while (this.#chunk.length === 0);
    return this.#chunk[0];
  }

  #cutOff(): SessionstreamError {
    return this.invalid("the export was cut off");
  }
}
