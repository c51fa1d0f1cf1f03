import { WebSocket } from "ws";
import type { Address } from "./client.js";
import { Copy } from "./copy.js";

/** A client as applications have them: it keeps copies of sessions, reconnects, and may be slow. */
export class Follower {
  /** The copies of the current connection. */
  readonly copies = new Map<string, Copy>();
  /** All copies that it ever kept, with their sessions. */
  readonly history: [sessionId: string, copy: Copy][] = [];
  readonly wanted = new Set<string>();
  readonly failures: unknown[] = [];
  readonly #address: Address;
  #webSocket: WebSocket | undefined;

  constructor(address: Address) {
    this.#address = address;
  }

  connect(): void {
    if (this.#webSocket !== undefined) return;
    const webSocket = new WebSocket(this.#address.url, { ...this.#address.options?.(), perMessageDeflate: false });
    this.#webSocket = webSocket;
    webSocket.on("error", () => {});
    webSocket.on("message", (data: Buffer) => {
      if (this.#webSocket === webSocket) this.#receive(data.toString("utf8"));
    });
    webSocket.on("open", () => {
      for (const sessionId of this.wanted) this.#send({ subscribe: { sessionId } });
    });
  }

  /** Ends the connection without a word, or with one. */
  disconnect(isSudden: boolean): void {
    const webSocket = this.#webSocket;
    this.#webSocket = undefined;
    this.copies.clear();
    webSocket?.resume();
    if (isSudden) webSocket?.terminate();
    else webSocket?.close();
  }

  follow(sessionId: string): void {
    this.wanted.add(sessionId);
    this.#send({ subscribe: { sessionId } });
  }

  unfollow(sessionId: string): void {
    this.wanted.delete(sessionId);
    this.#send({ unsubscribe: { sessionId } });
  }

  pause(): void {
    this.#webSocket?.pause();
  }

  resume(): void {
    this.#webSocket?.resume();
  }

  #send(frame: object): void {
    if (this.#webSocket?.readyState === WebSocket.OPEN) this.#webSocket.send(JSON.stringify(frame));
  }

  #receive(text: string): void {
    try {
      const frame = JSON.parse(text);
      const [value] = Object.values(frame) as { sessionId: string; code?: string }[];
      const sessionId = value?.sessionId ?? "";
      if (frame.error?.code === "hydration_buffer_overflow") {
        this.copies.delete(sessionId);
        this.#send({ subscribe: { sessionId } });
        return;
      }
      if (frame.unsubscribed) this.copies.delete(sessionId);
      if (!frame.snapshot && !frame.uiEvent) {
        if (frame.error) throw new Error(text);
        return;
      }
      let copy = this.copies.get(sessionId);
      if (copy === undefined) {
        copy = new Copy();
        this.copies.set(sessionId, copy);
        this.history.push([sessionId, copy]);
      }
      copy.apply(frame);
    } catch (error) {
      this.failures.push(error);
    }
  }
}
