import { WebSocket } from "ws";
import type { Address } from "../../../../test/fixtures/board/serve.js";
import { Copy } from "./copy.js";

/**
 * A client as applications have them: it keeps copies of sessions, reconnects,
 * and may be slow. One that resumes keeps its copies when it leaves, and goes on
 * with them when it is back.
 */
export class Follower {
  readonly copies = new Map<string, Copy>();
  /** All copies that it ever kept, with their sessions. */
  readonly history: [sessionId: string, copy: Copy][] = [];
  readonly wanted = new Set<string>();
  readonly failures: unknown[] = [];
  readonly #address: Address;
  readonly #resumes: boolean;
  #webSocket: WebSocket | undefined;

  constructor(address: Address, resumes: boolean) {
    this.#address = address;
    this.#resumes = resumes;
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
      for (const sessionId of this.wanted) this.#subscribe(sessionId);
    });
  }

  /** Ends the connection without a word, or with one. */
  disconnect(isSudden: boolean): void {
    const webSocket = this.#webSocket;
    this.#webSocket = undefined;
    for (const sessionId of this.copies.keys()) this.#leave(sessionId);
    webSocket?.resume();
    if (isSudden) webSocket?.terminate();
    else webSocket?.close();
  }

  follow(sessionId: string): void {
    this.wanted.add(sessionId);
    this.#subscribe(sessionId);
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

  #subscribe(sessionId: string): void {
    const copy = this.copies.get(sessionId);
    const has = copy && { sinceSnapshotOrdinal: `${copy.since}`, epoch: copy.epoch };
    this.#send({ subscribe: { sessionId, ...(this.#resumes && { resume: true, ...has }) } });
  }

  #leave(sessionId: string): void {
    if (this.#resumes) this.copies.get(sessionId)?.cut();
    else this.copies.delete(sessionId);
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
        this.#leave(sessionId);
        this.#subscribe(sessionId);
        return;
      }
      if (frame.unsubscribed) this.#leave(sessionId);
      if (!frame.snapshot && !frame.uiEvent) {
        if (frame.error) throw new Error(text);
        return;
      }
      let copy = this.copies.get(sessionId);
      if (copy === undefined) {
        copy = new Copy({ mayStand: true });
        this.copies.set(sessionId, copy);
        this.history.push([sessionId, copy]);
      }
      copy.apply(frame);
    } catch (error) {
      this.failures.push(error);
    }
  }
}
