import type { Hub } from "../hub/hub.js";
import type { UiEventEncoder } from "./encode/ui-events.js";
import { type FeedListener, SessionFeed } from "./session-feed.js";

/** A session's feed, and what ends that the hub feeds it. */
interface FollowedFeed {
  readonly feed: SessionFeed;
  readonly unfollow: () => void;
}

/** The feeds of the sessions that somebody listens to. All their frames are of one kind: with metadata, or without. */
export class Feeds {
  readonly encode: UiEventEncoder;
  readonly #hub: Hub;
  readonly #bySession = new Map<string, FollowedFeed>();

  constructor(hub: Hub, encode: UiEventEncoder) {
    this.#hub = hub;
    this.encode = encode;
  }

  add(sessionId: string, listener: FeedListener): void {
    let found = this.#bySession.get(sessionId);
    if (found === undefined) {
      const feed = new SessionFeed(this.encode);
      found = { feed, unfollow: this.#hub.follow(sessionId, (batch) => feed.take(batch)) };
      this.#bySession.set(sessionId, found);
    }
    found.feed.add(listener);
  }

  delete(sessionId: string, listener: FeedListener): void {
    const found = this.#bySession.get(sessionId);
    found?.feed.delete(listener);
    if (!found?.feed.isUnused) return;
    found.unfollow();
    this.#bySession.delete(sessionId);
  }

  /** Gives the listeners what has come in, and takes nothing more. */
  end(): void {
    for (const { feed, unfollow } of this.#bySession.values()) {
      unfollow();
      feed.flush();
    }
  }
}
