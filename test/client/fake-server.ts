import type { WebSocketClass, WebSocketLike } from "@sessionstream/runtime/client";

interface FakeEvent {
  readonly data?: unknown;
  readonly message?: unknown;
}

type Listener = (event: FakeEvent) => void;

/** A server as one WebSocket sees it, under the test's control. */
export class FakeWebSocket implements WebSocketLike {
  readonly url: string;
  readonly sent: unknown[] = [];
  closedByClient = false;
  readonly #unanswered: string[] = [];
  readonly #listeners = new Map<string, Listener[]>();

  constructor(url: string) {
    this.url = url;
  }

  send(data: string): void {
    const frame = JSON.parse(data);
    this.sent.push(frame);
    const sessionId = frame.unsubscribe?.sessionId;
    if (sessionId !== undefined) this.#unanswered.push(sessionId);
  }

  /** Answers the sessions that the client left. What is said before was on its way already. */
  answerLeft(count = this.#unanswered.length): void {
    for (const sessionId of this.#unanswered.splice(0, count)) this.say({ unsubscribed: { sessionId } });
  }

  close(): void {
    this.closedByClient = true;
  }

  addEventListener(type: string, listener: (event: FakeEvent & { readonly data: unknown }) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener as Listener]);
  }

  /** The server takes the connection and greets; one of the original has no extensions. */
  accept(...extensions: string[]): void {
    this.#emit("open", {});
    this.say({ hello: { connectionId: "c", ...(extensions.length > 0 && { extensions }) } });
  }

  /** The server takes the connection and says nothing. */
  acceptSilently(): void {
    this.#emit("open", {});
  }

  say(frame: unknown): void {
    this.sayText(JSON.stringify(frame));
  }

  sayText(data: unknown): void {
    this.#emit("message", { data });
  }

  lose(message?: string): void {
    if (message !== undefined) this.#emit("error", { message });
    this.#emit("close", {});
  }

  #emit(type: string, event: FakeEvent): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }
}

/** Servers that a client connects to, one after the other. */
export class FakeNetwork {
  readonly sockets: FakeWebSocket[] = [];
  readonly webSocket: WebSocketClass;
  /** What the next connection is refused with, as a WebSocket class does by throwing. */
  refusal: Error | undefined;

  constructor() {
    const network = this;
    this.webSocket = class extends FakeWebSocket {
      constructor(url: string) {
        if (network.refusal !== undefined) throw network.refusal;
        super(url);
        network.sockets.push(this);
      }
    };
  }

  /** The last connection that the client tried. */
  get last(): FakeWebSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("the client did not connect");
    return socket;
  }
}
