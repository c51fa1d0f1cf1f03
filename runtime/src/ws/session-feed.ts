import type { Registry } from "@bufbuild/protobuf";
import { uiEventFrames } from "../frames/index.js";
import type { UiBatch } from "../hub/options.js";
import { encodeFrame } from "./server-frames.js";

/** An ordinal's UI events, encoded once for all who receive them. */
export interface EncodedBatch {
  readonly ordinal: bigint;
  readonly events: number;
  readonly bytes: Buffer;
}

/** Who listens to a session. */
export interface FeedListener {
  /** Gets what came in since the last call, in order, also joined for one write. */
  receive(batches: readonly EncodedBatch[], joined: Buffer): void;
}

/**
 * The live UI events of one session for all connections that listen to it. What
 * comes in within one turn of the event loop is joined, so that each connection
 * gets it in one write: system calls are what bounds a fan-out.
 */
export class SessionFeed {
  readonly #registry: Registry;
  readonly #listeners = new Set<FeedListener>();
  #pending: EncodedBatch[] = [];

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  get isUnused(): boolean {
    return this.#listeners.size === 0;
  }

  /** What came in before belongs to those who listened before. */
  add(listener: FeedListener): void {
    this.flush();
    this.#listeners.add(listener);
  }

  delete(listener: FeedListener): void {
    this.flush();
    this.#listeners.delete(listener);
  }

  take(batch: UiBatch): void {
    const frames = uiEventFrames(batch).map((value) => encodeFrame(this.#registry, { case: "uiEvent", value }));
    if (this.#pending.length === 0) queueMicrotask(() => this.flush());
    this.#pending.push({ ordinal: batch.ordinal, events: frames.length, bytes: join(frames) });
  }

  flush(): void {
    const batches = this.#pending;
    if (batches.length === 0) return;
    this.#pending = [];
    const joined = join(batches.map(({ bytes }) => bytes));
    for (const listener of [...this.#listeners]) listener.receive(batches, joined);
  }
}

function join(buffers: readonly Buffer[]): Buffer {
  const [first] = buffers;
  return buffers.length === 1 && first !== undefined ? first : Buffer.concat(buffers);
}
