import { snapshotFrame } from "../frames/index.js";
import type { Connection } from "./connection.js";
import type { EncodedBatch, FeedListener } from "./session-feed.js";

/**
 * A client's subscription to a session. While the snapshot loads, UI events are
 * held; those above its ordinal follow it, then the live ones. A client that
 * lags gets none until its socket has drained, and then a snapshot again.
 */
export class Subscription implements FeedListener {
  readonly sessionId: string;
  readonly #connection: Connection;
  readonly #sinceOrdinal: bigint;
  #state: "hydrating" | "live" | "lagging" | "ended" = "hydrating";
  #held: EncodedBatch[] = [];
  #heldEvents = 0;
  /** Numbers the hydrations, so that one that was overtaken is recognised. */
  #hydration = 0;

  constructor(connection: Connection, sessionId: string, sinceOrdinal: bigint) {
    this.#connection = connection;
    this.sessionId = sessionId;
    this.#sinceOrdinal = sinceOrdinal;
  }

  get state(): string {
    return this.#state;
  }

  /** Listens to the session, loads its snapshot and goes live. */
  async start(): Promise<void> {
    this.#connection.shared.feed(this.sessionId).add(this);
    await this.#hydrate();
  }

  end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#drop();
    this.#connection.shared.leaveFeed(this.sessionId, this);
  }

  receive(batches: readonly EncodedBatch[], joined: Buffer): void {
    const connection = this.#connection;
    if (this.#state === "live") {
      if (connection.isLagging) {
        this.#state = "lagging";
        connection.observe({ stage: "lag", sessionId: this.sessionId });
      } else {
        connection.write(joined);
        connection.observe({
          stage: "send",
          sessionId: this.sessionId,
          bytes: joined.length,
          ordinal: batches.at(-1)?.ordinal ?? 0n,
        });
      }
    } else if (this.#state === "hydrating") {
      this.#hold(batches);
    }
  }

  /** The socket has drained: a client that lost events starts over with a snapshot. */
  async resynchronise(): Promise<void> {
    if (this.#state !== "lagging") return;
    this.#state = "hydrating";
    this.#connection.observe({ stage: "resynchronise", sessionId: this.sessionId });
    await this.#hydrate();
  }

  async #hydrate(): Promise<void> {
    const { sessionId } = this;
    const connection = this.#connection;
    const { shared } = connection;
    const hydration = ++this.#hydration;
    const overtaken = () => this.#state !== "hydrating" || this.#hydration !== hydration;
    try {
      const snapshot = await shared.hub.snapshot(sessionId);
      if (overtaken()) return;
      // What is still being gathered was projected before now.
      shared.feed(sessionId).flush();
      if (overtaken()) return;
      connection.send({ case: "snapshot", value: snapshotFrame(shared.hub.registry, snapshot) });
      connection.observe({ stage: "snapshot", sessionId, ordinal: snapshot.ordinal });
      for (const { ordinal, bytes } of this.#held) if (ordinal > snapshot.ordinal) connection.write(bytes);
      connection.send({ case: "subscribed", value: { sessionId, sinceSnapshotOrdinal: this.#sinceOrdinal } });
      connection.observe({ stage: "subscribed", sessionId, ordinal: snapshot.ordinal });
      this.#drop();
      this.#state = "live";
    } catch (error) {
      if (overtaken()) return;
      connection.drop(this, "snapshot_failed", "the snapshot could not be loaded", error);
    }
  }

  #hold(batches: readonly EncodedBatch[]): void {
    this.#held.push(...batches);
    for (const { events } of batches) this.#heldEvents += events;
    if (this.#heldEvents > this.#connection.shared.limits.maxHeldEvents) {
      this.#connection.drop(
        this,
        "hydration_buffer_overflow",
        "too many events came in while the snapshot loaded: subscribe again",
      );
    }
  }

  #drop(): void {
    this.#held = [];
    this.#heldEvents = 0;
  }
}
