import { type ClientOptions, WebSocket } from "ws";
import type { Address } from "../../../../test/fixtures/board/serve.js";

/** A frame as it came, parsed but not interpreted. */
// biome-ignore lint/suspicious/noExplicitAny: the tests look into frames at will
export type Frame = any;

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A client of the wire format that knows nothing but the wire format. */
export class TestClient {
  readonly webSocket: WebSocket;
  readonly closed: Promise<Closed>;
  readonly #frames: Frame[] = [];
  #isClosed = false;
  #wake = () => {};

  constructor(address: Address, options: ClientOptions = {}) {
    this.webSocket = new WebSocket(address.url, { ...address.options?.(), ...options, perMessageDeflate: false });
    this.webSocket.on("message", (data: Buffer) => {
      this.#frames.push(JSON.parse(data.toString("utf8")));
      this.#wake();
    });
    this.webSocket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      this.webSocket.on("close", (code, reason) => {
        this.#isClosed = true;
        resolve({ code, reason: reason.toString() });
        this.#wake();
      });
    });
  }

  /** A client that has had its hello. */
  static async open(address: Address, options: ClientOptions = {}): Promise<TestClient> {
    const client = new TestClient(address, options);
    await client.take(1);
    return client;
  }

  send(frame: object): void {
    this.webSocket.send(JSON.stringify(frame));
  }

  subscribe(sessionId: string, sinceSnapshotOrdinal?: string): void {
    this.send({ subscribe: { sessionId, ...(sinceSnapshotOrdinal && { sinceSnapshotOrdinal }) } });
  }

  /** Subscribes as a client that takes deltas and snapshots in several frames. */
  resume(sessionId: string, since?: bigint, epoch?: string): void {
    const has = { ...(since && { sinceSnapshotOrdinal: `${since}` }), ...(epoch && { epoch }) };
    this.send({ subscribe: { sessionId, resume: true, ...has } });
  }

  /** Resumes and takes what comes up to `subscribed`. */
  async resumed(sessionId: string, since?: bigint, epoch?: string): Promise<Frame[]> {
    this.resume(sessionId, since, epoch);
    return this.takeUntil((frame) => frame.subscribed?.sessionId === sessionId);
  }

  /** Subscribes and takes what comes up to `subscribed`. */
  async follow(sessionId: string): Promise<Frame[]> {
    this.subscribe(sessionId);
    return this.takeUntil((frame) => frame.subscribed?.sessionId === sessionId);
  }

  /** The next frames, that many. */
  async take(count: number): Promise<Frame[]> {
    let left = count;
    return this.takeUntil(() => --left === 0);
  }

  /** The next frames, to the first that it holds for. */
  async takeUntil(holds: (frame: Frame) => boolean): Promise<Frame[]> {
    const taken: Frame[] = [];
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) {
        taken.push(frame);
        if (holds(frame)) return taken;
      } else {
        await this.#more(taken);
      }
    }
  }

  /** All frames that the server sent before it answers a ping that is sent now. */
  async takeAll(): Promise<Frame[]> {
    const nonce = `barrier-${Math.random()}`;
    this.send({ ping: { nonce } });
    return (await this.takeUntil((frame) => frame.pong?.nonce === nonce)).slice(0, -1);
  }

  async close(): Promise<void> {
    this.webSocket.resume();
    this.webSocket.close();
    await this.closed;
  }

  async #more(taken: readonly Frame[]): Promise<void> {
    if (this.#isClosed) throw new Error(`the connection closed after ${JSON.stringify(taken).slice(0, 2000)}`);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no more came after ${JSON.stringify(taken).slice(0, 2000)}`)), 8000);
    });
    const came = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([came, late]).finally(() => clearTimeout(timer));
  }
}
