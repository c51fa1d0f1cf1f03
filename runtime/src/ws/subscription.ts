import type { SubscribeRequest } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import { isTurnOver, nextTurn } from "../base/turns.js";
import type { FullHydration, Hydration, ResumePoint } from "../session/hydration.js";
import { encodeFrame } from "./encode/codec.js";
import type { TransportErrorCode } from "./options.js";
import { type EncodedBatch, type FeedListener, joinFrames } from "./session-feed.js";
import type { SubscriptionHost } from "./subscription-host.js";

/** Why a subscription ends: the code and the message are told to the client. */
export type DropReason = readonly [code: TransportErrorCode, message: string, error?: unknown];

/** Whom a subscription tells that it cannot go on as it is. */
export interface SubscriptionOwner {
  /** The client is too slow: the subscription goes on when the client has caught up. */
  lag(subscription: Subscription): void;
  /** Ends the subscription because of an error. */
  drop(subscription: Subscription, ...reason: DropReason): void;
}

/** `hydrating` until the snapshot is sent. `lagging` while the client is too slow. */
export type SubscriptionState = "hydrating" | "live" | "lagging" | "ended";

/**
 * A client's subscription to a session. While the snapshot loads, UI events are
 * held; those above its ordinal follow it, then the live ones. Where too many
 * come in, a client that takes deltas gets one of them instead. A client that
 * lags gets none until its socket has drained, and then a snapshot again, or what
 * changed since the last one where it takes that.
 */
export class Subscription implements FeedListener {
  readonly sessionId: string;
  readonly #host: SubscriptionHost;
  readonly #owner: SubscriptionOwner;
  readonly #sinceOrdinal: bigint;
  readonly #hasMetadata: boolean;
  /** What the client has, or will have when it has read what was sent; undefined where it takes no deltas. */
  #has: ResumePoint | undefined;
  #state: SubscriptionState = "hydrating";
  /** Of the last hydration; the client has what is at or below it. */
  #hydratedTo = 0n;
  /** Whether the snapshot that loads may lack what the client is to see. */
  #isStale = false;
  /** Whether more came in while the snapshot loaded than is held, so that nothing is. */
  #hasOverflowed = false;
  /** Whether what the timeline lacks is sent, as it is read. */
  #isReadingLog = false;
  #held: EncodedBatch[] = [];
  #heldEvents = 0;
  #heldBytes = 0;

  constructor(host: SubscriptionHost, owner: SubscriptionOwner, request: SubscribeRequest) {
    const { sessionId, sinceSnapshotOrdinal, resume, epoch, metadata } = request;
    this.#host = host;
    this.#owner = owner;
    this.sessionId = sessionId;
    this.#sinceOrdinal = sinceSnapshotOrdinal;
    this.#hasMetadata = metadata;
    this.#has = resume ? { since: sinceSnapshotOrdinal, epoch } : undefined;
  }

  get state(): SubscriptionState {
    return this.#state;
  }

  /** Listens to the session, loads its snapshot and goes live. */
  async start(): Promise<void> {
    try {
      this.#host.transport.feeds(this.#hasMetadata).add(this.sessionId, this);
    } catch (error) {
      this.#owner.drop(this, "snapshot_failed", "the session could not be followed", error);
      return;
    }
    if (this.#host.outbox.isBehind) this.#lag();
    else await this.#hydrate();
  }

  end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#dropHeld();
    this.#host.transport.feeds(this.#hasMetadata).delete(this.sessionId, this);
  }

  receive(batches: readonly EncodedBatch[], joined: Buffer): void {
    if (this.#state === "hydrating") this.#hold(batches);
    if (this.#state !== "live") return;
    const { outbox } = this.#host;
    if (outbox.isFull) {
      this.#lag();
      return;
    }
    const bytes = this.#isAbove(batches[0]) ? joined : joinFrames(this.#above(batches));
    outbox.write(bytes);
    if (this.#host.transport.isObserved) this.#observeSend(batches, bytes);
  }

  startOver(): void {
    if (this.#state === "hydrating") this.#isStale = true;
    if (this.#state !== "live") return;
    this.#state = "hydrating";
    void this.#hydrate();
  }

  /** The client has caught up with what was sent: it starts over with a snapshot. */
  async resynchronise(): Promise<void> {
    if (this.#state !== "lagging") return;
    this.#state = "hydrating";
    this.#host.observe({ stage: "resynchronise", sessionId: this.sessionId });
    await this.#hydrate();
  }

  async #hydrate(): Promise<void> {
    const { transport, outbox } = this.#host;
    let overflows = 0;
    try {
      for (;;) {
        this.#isStale = false;
        this.#hasOverflowed = false;
        // What came in before was durable before, so it is in what is loaded now.
        this.#dropHeld();
        const hydration = await transport.hub.hydrate(this.sessionId, this.#has);
        const frames = this.#isWanted
          ? await transport.hydrations.encode(hydration, this.#has !== undefined, () => this.#isWanted)
          : undefined;
        // What many wait for is there for all of them at once.
        if (isTurnOver()) await nextTurn();
        if (this.#state !== "hydrating") return;
        if (this.#isStale) continue;
        if (outbox.isBehind) {
          this.#lag();
          return;
        }
        // The client was behind for a moment only.
        if (frames === undefined) continue;
        const isStopped = hydration.mode === "reset" && hydration.stop !== undefined;
        // A delta goes on from what was sent, and the log has what a stopped timeline lacks; else the whole would be sent
        // again and again.
        if (!isStopped && this.#hasOverflowed && ++overflows > 1 && hydration.mode !== "delta") {
          this.#overflow();
          return;
        }
        outbox.writeSnapshot(frames);
        this.#noteSent(hydration, frames);
        if (isStopped ? await this.#sendMissed(hydration) : !this.#hasOverflowed) this.#goLive(ordinalOf(hydration));
        if (this.#state !== "hydrating") return;
      }
    } catch (error) {
      if (this.#state !== "hydrating") return;
      this.#owner.drop(this, "snapshot_failed", "the snapshot could not be loaded", error);
    }
  }

  /** Whether what was loaded is to be sent, as far as one can tell before it is encoded. */
  get #isWanted(): boolean {
    return this.#isGoingOn && !this.#host.outbox.isBehind;
  }

  /** Whether what is sent of a hydration is not out of date. */
  get #isGoingOn(): boolean {
    return this.#state === "hydrating" && !this.#isStale;
  }

  /**
   * Sends the UI events of what the timeline lacks, as they are read, at the speed of the client. Where more comes in
   * meanwhile than is held, the log has it. False where the client has to start over, or nobody wants it any more.
   */
  async #sendMissed({ missed }: FullHydration): Promise<boolean> {
    const { transport, outbox } = this.#host;
    const { encode } = transport.feeds(this.#hasMetadata);
    this.#isReadingLog = true;
    try {
      do {
        this.#hasOverflowed = false;
        for await (const batch of missed(this.#hydratedTo)) {
          if (outbox.isBehind) {
            this.#host.startLagTimer();
            await outbox.drained();
          }
          if (!this.#isGoingOn) return false;
          const frames = encode(batch);
          if (frames.length > 0) outbox.writeSnapshot(frames);
          this.#hydratedTo = batch.ordinal;
        }
      } while (this.#hasOverflowed);
      return this.#isGoingOn;
    } finally {
      this.#isReadingLog = false;
    }
  }

  #goLive(ordinal: bigint): void {
    const { sessionId } = this;
    const { transport, outbox } = this.#host;
    const last = encodeFrame(transport.hub.registry.protobuf, {
      case: "subscribed",
      value: { sessionId, sinceSnapshotOrdinal: this.#sinceOrdinal },
    });
    outbox.writeSnapshot([...this.#above(this.#held), last]);
    this.#dropHeld();
    this.#state = "live";
    this.#host.observe({ stage: "subscribed", sessionId, ordinal });
  }

  #noteSent(hydration: Hydration, frames: readonly Buffer[]): void {
    const ordinal = ordinalOf(hydration);
    this.#hydratedTo = ordinal;
    if (this.#has !== undefined) this.#has = { since: ordinal, epoch: hydration.epoch };
    const bytes = frames.reduce((sum, { length }) => sum + length, 0);
    this.#host.observe({ stage: "snapshot", sessionId: this.sessionId, ordinal, bytes });
  }

  /** No events until the connection says that the client has caught up. */
  #lag(): void {
    this.#state = "lagging";
    this.#dropHeld();
    this.#owner.lag(this);
  }

  #hold(batches: readonly EncodedBatch[]): void {
    if (this.#hasOverflowed) return;
    for (const batch of batches) {
      this.#held.push(batch);
      this.#heldEvents += batch.events;
      this.#heldBytes += batch.bytes.length;
    }
    const { maxHeldEvents, maxBufferedBytes } = this.#host.transport.limits;
    if (this.#heldEvents <= maxHeldEvents && this.#heldBytes <= maxBufferedBytes) return;
    if (this.#has === undefined && !this.#isReadingLog) {
      this.#overflow();
      return;
    }
    // What is loaded next will have them.
    this.#hasOverflowed = true;
    this.#dropHeld();
  }

  #overflow(): void {
    const message = "too many events came in while the snapshot loaded: subscribe again";
    this.#owner.drop(this, "hydration_buffer_overflow", message);
  }

  #dropHeld(): void {
    this.#held = [];
    this.#heldEvents = 0;
    this.#heldBytes = 0;
  }

  #above(batches: readonly EncodedBatch[]): Buffer[] {
    return batches.filter((batch) => this.#isAbove(batch)).map(({ bytes }) => bytes);
  }

  // A hydration may have an event that the store committed but the hub has not fanned out yet.
  #isAbove(batch: EncodedBatch | undefined): boolean {
    return batch !== undefined && batch.ordinal > this.#hydratedTo;
  }

  #observeSend(batches: readonly EncodedBatch[], { length }: Buffer): void {
    const ordinal = batches.at(-1)?.ordinal ?? 0n;
    this.#host.observe({ stage: "send", sessionId: this.sessionId, ordinal, bytes: length });
  }
}

/** The ordinal that the client's timeline comes to. */
function ordinalOf(hydration: Hydration): bigint {
  return hydration.mode === "delta" ? hydration.ordinal : hydration.snapshot.ordinal;
}
