import type { Duplex } from "node:stream";
import type { ClientFrame, SubscribeRequest } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import type { WebSocket } from "ws";
import type { Identity } from "../session/identity.js";
import { checkSessionId } from "../session/session-id.js";
import { atTime } from "./at-time.js";
import type { ConnectionHost } from "./connection-host.js";
import { decodeFrame, encodeFrame, type OutgoingFrame } from "./encode/codec.js";
import type { TransportRecord } from "./observer.js";
import { closeCodes, type TransportErrorCode } from "./options.js";
import { Outbox } from "./outbox.js";
import type { SubscriptionHost } from "./subscription-host.js";
import { Subscriptions } from "./subscriptions.js";

/** What is known of a client when it connects. */
export interface Peer {
  readonly id: string;
  readonly identity: Identity;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  readonly remoteAddress: string;
}

/** How long a peer that is told to go away may take to do so. */
const closeTimeout = 1000;

/** One client: its frames, whether it is alive, and what happens when it lags behind. */
export class Connection implements SubscriptionHost {
  readonly peer: Peer;
  readonly transport: ConnectionHost;
  readonly outbox: Outbox;
  readonly subscriptions = new Subscriptions(this);
  readonly connectedAt = Date.now();
  readonly #webSocket: WebSocket;
  #answersPings = true;
  #lagTimer: NodeJS.Timeout | undefined;
  readonly #stopExpiry: () => void;

  constructor(peer: Peer, transport: ConnectionHost, webSocket: WebSocket, socket: Duplex) {
    this.peer = peer;
    this.transport = transport;
    this.outbox = new Outbox(webSocket, socket, transport.limits.maxBufferedBytes);
    this.#webSocket = webSocket;
    webSocket.on("message", (data: Buffer, isBinary) => this.#receive(data, isBinary));
    // `ws` has answered by itself, which fills the buffer too.
    webSocket.on("ping", () => this.#throttle());
    webSocket.on("pong", () => {
      this.#answersPings = true;
    });
    webSocket.on("error", (error) => this.#broke(error));
    webSocket.on("close", (code) => this.#closed(code));
    socket.on("drain", () => this.#drained());
    this.#stopExpiry = atTime(peer.expiresAt, () => void this.close(closeCodes.expired, "expired"));
    this.observe({ stage: "connect" });
    this.send({ case: "hello", value: { connectionId: peer.id, extensions: ["resume", "metadata"] } });
  }

  observe(record: Omit<TransportRecord, "connectionId">): void {
    if (this.transport.isObserved) this.transport.observe({ connectionId: this.peer.id, ...record });
  }

  send(frame: OutgoingFrame): void {
    this.outbox.write(encodeFrame(this.transport.hub.registry.protobuf, frame));
    this.#throttle();
  }

  /** Tells the client of an error: the code and the message, nothing more. */
  fail(code: TransportErrorCode, message: string, sessionId = "", error?: unknown): void {
    this.observe({ stage: "error", code, sessionId, ...(error !== undefined && { error }) });
    this.send({ case: "error", value: { code, message, sessionId } });
  }

  /** Closes the client where it does not catch up in time. */
  startLagTimer(): void {
    this.#lagTimer ??= setTimeout(() => {
      this.observe({ stage: "error", code: String(closeCodes.tooSlow) });
      void this.close(closeCodes.tooSlow, "too slow");
    }, this.transport.limits.lagTimeout).unref();
  }

  /** Pings the peer, or ends the connection of one that did not answer the last ping. */
  ping(): void {
    // One that lags has its time already, and may not be read.
    if (this.#lagTimer !== undefined) return;
    if (!this.#answersPings) {
      this.#webSocket.terminate();
      return;
    }
    this.#answersPings = false;
    this.#webSocket.ping();
  }

  /** Sends what is buffered, then closes; resolves when it is closed, by force after the time. */
  close(code: number, reason: string, timeout = closeTimeout): Promise<void> {
    return new Promise((resolve) => {
      const webSocket = this.#webSocket;
      if (webSocket.readyState === webSocket.CLOSED) return resolve();
      const timer = setTimeout(() => webSocket.terminate(), timeout);
      webSocket.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
      webSocket.close(code, reason);
      // A client that was not read answers all the same.
      webSocket.resume();
    });
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    this.#answersPings = true;
    this.observe({ stage: "receive", bytes: data.length });
    if (isBinary) {
      this.fail("bad_client_frame", "frames are text messages of protobuf JSON");
      void this.close(closeCodes.unsupportedData, "want text");
      return;
    }
    let frame: ClientFrame["frame"];
    try {
      frame = decodeFrame(data);
    } catch (error) {
      this.fail("bad_client_frame", "the message is not a ClientFrame in protobuf JSON", "", error);
      return;
    }
    this.#handle(frame);
  }

  #handle(frame: ClientFrame["frame"]): void {
    switch (frame.case) {
      case "subscribe":
        void this.#subscribe(frame.value);
        return;
      case "unsubscribe":
        this.#unsubscribe(frame.value.sessionId);
        return;
      case "ping":
        this.send({ case: "pong", value: { nonce: frame.value.nonce } });
        return;
      case "pong":
        return;
      default:
        this.fail("protocol_error", "the frame is empty: want subscribe, unsubscribe, ping or pong");
    }
  }

  async #subscribe(request: SubscribeRequest): Promise<void> {
    const { sessionId } = request;
    if (!this.#isUsable(sessionId)) return;
    this.observe({ stage: "subscribe", sessionId });
    const subscribed = this.subscriptions.subscribe(request);
    this.#throttle();
    await subscribed;
    this.#throttle();
  }

  #unsubscribe(sessionId: string): void {
    if (!this.#isUsable(sessionId)) return;
    this.observe({ stage: "unsubscribe", sessionId });
    this.subscriptions.unsubscribe(sessionId);
    this.send({ case: "unsubscribed", value: { sessionId } });
  }

  #isUsable(sessionId: string): boolean {
    try {
      checkSessionId(sessionId);
      return true;
    } catch {
      this.fail("protocol_error", "the session id is not usable");
      return false;
    }
  }

  /** Reads no more from a client that does not take its answers, or has too many requests under way. */
  #throttle(): void {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    const { isFull } = this.outbox;
    if (isFull) this.startLagTimer();
    if (isFull || this.subscriptions.requests > this.transport.limits.maxSubscriptions) this.#webSocket.pause();
    else if (this.#webSocket.isPaused) this.#webSocket.resume();
  }

  #drained(): void {
    this.#stopLagTimer();
    this.#throttle();
    void this.subscriptions.catchUp();
  }

  #stopLagTimer(): void {
    clearTimeout(this.#lagTimer);
    this.#lagTimer = undefined;
  }

  /** What a broken client does ends its own connection only. `ws` has told it why. */
  #broke(error: Error): void {
    this.observe({ stage: "error", error });
    setTimeout(() => this.#webSocket.terminate(), closeTimeout).unref();
  }

  #closed(code: number): void {
    this.#stopLagTimer();
    this.#stopExpiry();
    this.subscriptions.endAll();
    this.observe({ stage: "disconnect", code: String(code) });
  }
}
