import type { SchemaRegistry } from "../schema/registry.js";
import type { UiBatch } from "../session/ui-batch.js";
import { type FeedListener, SessionFeed } from "./session-feed.js";

/** The feeds of the sessions that somebody listens to. All their frames are of one kind: with metadata, or without. */
export class Feeds {
  readonly #registry: SchemaRegistry;
  readonly #hasMetadata: boolean;
  readonly #bySession = new Map<string, SessionFeed>();

  constructor(registry: SchemaRegistry, hasMetadata: boolean) {
    this.#registry = registry;
    this.#hasMetadata = hasMetadata;
  }

  take(batch: UiBatch): void {
    this.#bySession.get(batch.sessionId)?.take(batch);
  }

  add(sessionId: string, listener: FeedListener): void {
    let feed = this.#bySession.get(sessionId);
    if (feed === undefined) {
      feed = new SessionFeed(this.#registry.protobuf, this.#hasMetadata);
      this.#bySession.set(sessionId, feed);
    }
    feed.add(listener);
  }

  delete(sessionId: string, listener: FeedListener): void {
    const feed = this.#bySession.get(sessionId);
    feed?.delete(listener);
    if (feed?.isUnused) this.#bySession.delete(sessionId);
  }

  /** Gives the listeners what has come in. */
  flush(): void {
    for (const feed of this.#bySession.values()) feed.flush();
  }
}
