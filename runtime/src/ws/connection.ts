import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { fromJsonString } from "@bufbuild/protobuf";
import { type ClientFrame, ClientFrameSchema } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import type { WebSocket } from "ws";
import { checkSessionId } from "../hub/session-id.js";
import type { TransportRecord } from "./observer.js";
import { closeCodes, type TransportErrorCode } from "./options.js";
import { encodeFrame } from "./server-frames.js";
import { Subscription } from "./subscription.js";
import type { Shared } from "./transport.js";

/** One client: its frames, its subscriptions, and how far it lags behind. */
export class Connection {
  readonly id: string;
  readonly shared: Shared;
  readonly remoteAddress: string;
  readonly connectedAt = Date.now();
  readonly subscriptions = new Map<string, Subscription>();
  readonly #identity: unknown;
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  #answersPings = true;
  #lagTimer: NodeJS.Timeout | undefined;

  constructor(id: string, shared: Shared, webSocket: WebSocket, request: IncomingMessage, identity: unknown) {
    this.id = id;
    this.shared = shared;
    this.#identity = identity;
    this.#webSocket = webSocket;
    this.#socket = request.socket;
    this.remoteAddress = request.socket.remoteAddress ?? "";
    webSocket.on("message", (data: Buffer, isBinary) => this.#receive(data, isBinary));
    webSocket.on("pong", () => {
      this.#answersPings = true;
    });
    // What a broken client does ends its own connection only; `close` follows.
    webSocket.on("error", (error) => this.observe({ stage: "error", error }));
    webSocket.on("close", (code) => this.#ended(code));
    this.#socket.on("drain", () => this.#drained());
    this.send({ case: "hello", value: { connectionId: id } });
  }

  /** Whether so much waits to be sent that the client gets no more for now. */
  get isLagging(): boolean {
    const lags = this.bufferedBytes > this.shared.limits.maxBufferedBytes;
    if (lags && this.#lagTimer === undefined) {
      this.#lagTimer = setTimeout(() => this.#tooSlow(), this.shared.limits.lagTimeout).unref();
    }
    return lags;
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  send(frame: Parameters<typeof encodeFrame>[1]): void {
    this.write(encodeFrame(this.shared.hub.registry.protobuf, frame));
  }

  /**
   * Writes whole frames. They bypass `ws`, which sends no fragments and
   * compresses nothing here, so that nothing of its own can be cut in two.
   */
  write(frames: Buffer): void {
    if (this.#webSocket.readyState === this.#webSocket.OPEN && this.#socket.writable) this.#socket.write(frames);
  }

  observe(record: Omit<TransportRecord, "connectionId">): void {
    this.shared.observe({ connectionId: this.id, ...record });
  }

  /** Ends a subscription because of an error; the client hears the code and the message, nothing more. */
  drop(subscription: Subscription, code: TransportErrorCode, message: string, error?: unknown): void {
    const { sessionId } = subscription;
    if (this.subscriptions.get(sessionId) === subscription) this.subscriptions.delete(sessionId);
    subscription.end();
    this.#fail(code, message, sessionId, error);
  }

  /** Pings the peer, or ends the connection of one that did not answer the last ping. */
  ping(): void {
    if (!this.#answersPings) {
      this.#webSocket.terminate();
      return;
    }
    this.#answersPings = false;
    this.#webSocket.ping();
  }

  /** Begins to close; resolves when it is closed, by force after the time. */
  close(code: number, reason: string, timeout: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#webSocket.readyState === this.#webSocket.CLOSED) return resolve();
      const timer = setTimeout(() => this.#webSocket.terminate(), timeout);
      this.#webSocket.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
      this.#webSocket.close(code, reason);
    });
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#answersPings = true;
    this.observe({ stage: "receive", bytes: data.length });
    if (isBinary) {
      this.#fail("bad_client_frame", "frames are text messages of protobuf JSON");
      this.#webSocket.close(closeCodes.unsupportedData, "want text");
      return;
    }
    let frame: ClientFrame["frame"];
    try {
      frame = fromJsonString(ClientFrameSchema, data.toString("utf8")).frame;
    } catch (error) {
      this.#fail("bad_client_frame", "the message is not a ClientFrame in protobuf JSON", "", error);
      return;
    }
    switch (frame.case) {
      case "subscribe":
        void this.#subscribe(frame.value.sessionId, frame.value.sinceSnapshotOrdinal);
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
        this.#fail("protocol_error", "the frame is empty: want subscribe, unsubscribe, ping or pong");
    }
  }

  async #subscribe(sessionId: string, since: bigint): Promise<void> {
    try {
      checkSessionId(sessionId);
    } catch {
      this.#fail("protocol_error", "the session id is not usable", "");
      return;
    }
    this.observe({ stage: "subscribe", sessionId });
    // Whoever subscribes again starts over.
    this.subscriptions.get(sessionId)?.end();
    this.subscriptions.delete(sessionId);
    if (this.subscriptions.size >= this.shared.limits.maxSubscriptions) {
      this.#fail("too_many_subscriptions", "unsubscribe from a session first", sessionId);
      return;
    }
    const subscription = new Subscription(this, sessionId, since);
    this.subscriptions.set(sessionId, subscription);
    if (!(await this.#maySubscribe(sessionId))) {
      if (this.subscriptions.get(sessionId) === subscription) {
        this.subscriptions.delete(sessionId);
        this.#fail("forbidden", "the session may not be seen", sessionId);
      }
      return;
    }
    if (this.subscriptions.get(sessionId) === subscription) await subscription.start();
  }

  async #maySubscribe(sessionId: string): Promise<boolean> {
    try {
      return await this.shared.authorizeSubscribe(this.#identity, sessionId);
    } catch (error) {
      this.observe({ stage: "error", sessionId, code: "forbidden", error });
      return false;
    }
  }

  #unsubscribe(sessionId: string): void {
    this.observe({ stage: "unsubscribe", sessionId });
    this.subscriptions.get(sessionId)?.end();
    this.subscriptions.delete(sessionId);
    this.send({ case: "unsubscribed", value: { sessionId } });
  }

  #fail(code: TransportErrorCode, message: string, sessionId = "", error?: unknown): void {
    this.observe({ stage: "error", code, sessionId, ...(error !== undefined && { error }) });
    this.send({ case: "error", value: { code, message, sessionId } });
  }

  #drained(): void {
    clearTimeout(this.#lagTimer);
    this.#lagTimer = undefined;
    for (const subscription of this.subscriptions.values()) void subscription.resynchronise();
  }

  #tooSlow(): void {
    this.observe({ stage: "error", code: String(closeCodes.tooSlow) });
    void this.close(closeCodes.tooSlow, "too slow", 1000);
  }

  #ended(code: number): void {
    clearTimeout(this.#lagTimer);
    for (const subscription of this.subscriptions.values()) subscription.end();
    this.subscriptions.clear();
    this.observe({ stage: "disconnect", code: String(code) });
    this.shared.leave(this);
  }
}
