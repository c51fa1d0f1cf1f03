import type { UiBatch } from "../session/ui-batch.js";
import type { UiEventEncoder } from "./encode/ui-events.js";

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
  /** Told that what it has is out of date and no UI event will mend it. */
  startOver(): void;
}

/**
 * The live UI events of one session for all connections that listen to it. What
 * comes in within one turn of the event loop is joined, so that each connection
 * gets it in one write: system calls are what bounds a fan-out.
 */
export class SessionFeed {
  readonly #encode: UiEventEncoder;
  readonly #listeners = new Set<FeedListener>();
  #pending: EncodedBatch[] = [];

  constructor(encode: UiEventEncoder) {
    this.#encode = encode;
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

  /** @throws where a payload holds an Any of a type that the registry lacks; the listeners then start over. */
  take(batch: UiBatch): void {
    if (batch.isReset) this.#startOver();
    if (batch.events.length === 0) return;
    let frames: Buffer[];
    try {
      frames = this.#encode(batch);
    } catch (error) {
      this.#startOver();
      throw error;
    }
    if (this.#pending.length === 0) queueMicrotask(() => this.flush());
    this.#pending.push({ ordinal: batch.ordinal, events: frames.length, bytes: joinFrames(frames) });
  }

  /** Gives the listeners what has come in. */
  flush(): void {
    const batches = this.#pending;
    if (batches.length === 0) return;
    this.#pending = [];
    const joined = joinFrames(batches.map(({ bytes }) => bytes));
    for (const listener of this.#listeners) listener.receive(batches, joined);
  }

  #startOver(): void {
    for (const listener of this.#listeners) listener.startOver();
  }
}

/** Joins frames for one write; a single one stays as it is. */
export function joinFrames(frames: readonly Buffer[]): Buffer {
  const [first] = frames;
  return frames.length === 1 && first !== undefined ? first : Buffer.concat(frames);
}
