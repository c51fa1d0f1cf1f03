import { SessionstreamError } from "../../base/errors.js";
import type { Backoff } from "./backoff.js";
import type { ConnectionState, WebSocketClass, WebSocketLike } from "./web-socket.js";

export interface SocketOptions {
  readonly url: string;
  readonly webSocket: WebSocketClass;
  readonly backoff: Backoff;
  readonly connectTimeout: number;
  readonly pingInterval: number;
}

export interface SocketListener {
  /** Nothing was said yet on this connection. */
  opened(): void;
  received(text: string): void;
  stateChanged(): void;
  /** Told once of each series of attempts that fail. */
  failed(error: SessionstreamError): void;
  /** What to send to hear whether the server is there. */
  ping(): void;
}

/**
 * A WebSocket that is opened again whenever it is lost, until it is closed. A
 * server that says nothing after it was connected to, or nothing between two
 * pings, counts as lost.
 */
export class Socket {
  state: ConnectionState = "connecting";
  readonly #options: SocketOptions;
  readonly #listener: SocketListener;
  #webSocket: WebSocketLike | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heard = false;
  #failed = false;

  /** @throws what the WebSocket class throws, for instance for a URL that is none. */
  constructor(options: SocketOptions, listener: SocketListener) {
    this.#options = options;
    this.#listener = listener;
    this.#open();
  }

  /** Sends a frame, or drops it where no connection is open. */
  send(text: string): void {
    if (this.state === "open") this.#webSocket?.send(text);
  }

  /** Tries at once, for instance because the network is back. */
  retryNow(): void {
    if (this.state === "reconnecting" && this.#webSocket === undefined) this.#retry();
  }

  close(): void {
    if (this.state === "closed") return;
    clearTimeout(this.#timer);
    const webSocket = this.#webSocket;
    this.#webSocket = undefined;
    this.#become("closed");
    webSocket?.close(1000);
  }

  #retry(): void {
    try {
      this.#open();
    } catch (error) {
      this.#lost(error);
    }
  }

  #open(): void {
    clearTimeout(this.#timer);
    const { webSocket: WebSocket, url, connectTimeout } = this.#options;
    const webSocket = new WebSocket(url);
    this.#webSocket = webSocket;
    this.#timer = setTimeout(() => this.#leave("no answer"), connectTimeout);
    const isCurrent = () => this.#webSocket === webSocket;
    let reason: unknown;
    webSocket.addEventListener("open", () => {
      if (isCurrent()) this.#opened();
    });
    webSocket.addEventListener("message", ({ data }) => {
      if (!isCurrent()) return;
      this.#heard = true;
      this.#listener.received(String(data));
    });
    webSocket.addEventListener("error", ({ message }) => {
      reason = message;
    });
    webSocket.addEventListener("close", () => {
      if (isCurrent()) this.#lost(reason);
    });
  }

  #opened(): void {
    this.#heard = false;
    this.#failed = false;
    this.#watch(this.#options.connectTimeout);
    // First, because who watches may ask for something at once.
    this.#listener.opened();
    this.#become("open");
  }

  /** Leaves a server that has said nothing for that time; after that, for the time between two pings. */
  #watch(time: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#heard) {
        this.#leave("no answer");
        return;
      }
      this.#heard = false;
      this.#watch(this.#options.pingInterval);
      this.#listener.ping();
    }, time);
  }

  #leave(reason: string): void {
    const silent = this.#webSocket;
    this.#lost(reason);
    silent?.close();
  }

  #lost(reason: unknown): void {
    const { url, backoff } = this.#options;
    const isFirstFailure = this.state !== "open" && !this.#failed;
    this.#failed = this.state !== "open";
    this.#webSocket = undefined;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#retry(), backoff.next());
    this.#become("reconnecting");
    if (isFirstFailure) this.#listener.failed(cannotConnect(url, reason));
  }

  #become(state: ConnectionState): void {
    if (this.state === state) return;
    this.state = state;
    this.#listener.stateChanged();
  }
}

function cannotConnect(url: string, reason: unknown): SessionstreamError {
  const why = reason instanceof Error ? reason.message : reason;
  // The query may have a token.
  const [address] = url.split("?");
  const message = `cannot connect to ${address}${why === undefined || why === "" ? "" : `: ${why}`}`;
  return new SessionstreamError("REQUEST_FAILED", message, { cause: reason });
}
