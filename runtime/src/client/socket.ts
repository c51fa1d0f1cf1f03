import { Backoff } from "./backoff.js";
import type { ConnectionState, WebSocketClass, WebSocketLike } from "./options.js";

export interface SocketOptions {
  readonly url: string;
  readonly webSocket: WebSocketClass;
  readonly firstPause: number;
  readonly longestPause: number;
  readonly pingInterval: number;
}

export interface SocketListener {
  opened(): void;
  received(text: string): void;
  stateChanged(): void;
  /** What to send to hear whether the server is there. */
  ping(): void;
}

/**
 * A WebSocket that is opened again whenever it is lost, until it is closed. A
 * server that sends nothing between two pings counts as lost.
 */
export class Socket {
  state: ConnectionState = "connecting";
  readonly #options: SocketOptions;
  readonly #listener: SocketListener;
  readonly #backoff: Backoff;
  #webSocket: WebSocketLike | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heard = true;

  constructor(options: SocketOptions, listener: SocketListener) {
    this.#options = options;
    this.#listener = listener;
    this.#backoff = new Backoff(options.firstPause, options.longestPause);
    this.#open();
  }

  /** Sends a frame, or drops it where no connection is open. */
  send(text: string): void {
    if (this.state === "open") this.#webSocket?.send(text);
  }

  /** Tries at once, for instance because the network is back. */
  retryNow(): void {
    if (this.state !== "reconnecting" || this.#webSocket !== undefined) return;
    clearTimeout(this.#timer);
    this.#open();
  }

  close(): void {
    if (this.state === "closed") return;
    this.#become("closed");
    clearTimeout(this.#timer);
    this.#webSocket?.close(1000);
    this.#webSocket = undefined;
  }

  #open(): void {
    let webSocket: WebSocketLike;
    try {
      webSocket = new this.#options.webSocket(this.#options.url);
    } catch (error) {
      this.close();
      throw error;
    }
    this.#webSocket = webSocket;
    const isCurrent = () => this.#webSocket === webSocket;
    webSocket.addEventListener("open", () => {
      if (!isCurrent()) return;
      this.#become("open");
      this.#heard = true;
      this.#watch();
      this.#listener.opened();
    });
    webSocket.addEventListener("message", ({ data }) => {
      if (!isCurrent()) return;
      this.#heard = true;
      this.#backoff.reset();
      this.#listener.received(String(data));
    });
    webSocket.addEventListener("close", () => {
      if (isCurrent()) this.#lost();
    });
    // `close` follows; without a listener, `ws` would throw.
    webSocket.addEventListener("error", () => {});
  }

  #lost(): void {
    this.#webSocket = undefined;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), this.#backoff.next());
    this.#become("reconnecting");
  }

  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#heard) {
        this.#heard = false;
        this.#listener.ping();
        this.#watch();
        return;
      }
      const silent = this.#webSocket;
      this.#lost();
      silent?.close();
    }, this.#options.pingInterval);
  }

  #become(state: ConnectionState): void {
    this.state = state;
    this.#listener.stateChanged();
  }
}
