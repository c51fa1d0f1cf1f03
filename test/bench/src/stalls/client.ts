import { once } from "node:events";
import { WebSocket } from "ws";

/** What a client has of a session, and goes on from. */
export interface ResumePoint {
  readonly sinceSnapshotOrdinal: string;
  readonly epoch: string;
}

/** Frames up to so many bytes are looked at: they say that something was done. */
const shortFrame = 200;

/** A client that does as little with what it gets as can be done. */
export class Client {
  readonly #webSocket: WebSocket;
  /** Who waits for a frame, by its text. */
  readonly #waiting = new Map<string, { resolve(): void; reject(error: Error): void }>();
  #snapshot: Buffer = Buffer.alloc(0);
  #pings = 0;

  private constructor(port: number) {
    this.#webSocket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { perMessageDeflate: false });
    this.#webSocket.on("message", (frame: Buffer) => this.#receive(frame));
    this.#webSocket.on("close", () => this.#fail("the connection is closed"));
  }

  static async open(port: number): Promise<Client> {
    const client = new Client(port);
    await once(client.#webSocket, "open");
    return client;
  }

  async ping(): Promise<void> {
    const nonce = String(this.#pings++);
    const pong = this.#next({ pong: { nonce } });
    this.send({ ping: { nonce } });
    await pong;
  }

  /** Resolves when the snapshot or the delta is there. */
  async subscribe(sessionId: string, how: Partial<ResumePoint> & { readonly resume?: boolean } = { resume: true }) {
    const { sinceSnapshotOrdinal } = how;
    const subscribed = this.#next({ subscribed: { sessionId, ...(sinceSnapshotOrdinal && { sinceSnapshotOrdinal }) } });
    this.send({ subscribe: { sessionId, ...how } });
    await subscribed;
  }

  /** What the client has after a snapshot that it asked for with `resume`, and whether that was a delta. */
  get has(): ResumePoint & { readonly isDelta: boolean } {
    const { snapshotOrdinal, epoch, mode } = JSON.parse(this.#snapshot.toString()).snapshot;
    return { sinceSnapshotOrdinal: snapshotOrdinal, epoch, isDelta: mode === "SNAPSHOT_MODE_DELTA" };
  }

  send(frame: object): void {
    this.#webSocket.send(JSON.stringify(frame));
  }

  close(): void {
    this.#webSocket.terminate();
  }

  #receive(frame: Buffer): void {
    if (frame.toString("latin1", 0, 11) === '{"snapshot"') this.#snapshot = frame;
    if (frame.length > shortFrame) return;
    const text = frame.toString();
    if (text.startsWith('{"error"')) this.#fail(`the server says ${text}`);
    this.#waiting.get(text)?.resolve();
  }

  async #next(frame: object): Promise<void> {
    const text = JSON.stringify(frame);
    try {
      await new Promise<void>((resolve, reject) => this.#waiting.set(text, { resolve, reject }));
    } finally {
      this.#waiting.delete(text);
    }
  }

  #fail(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(why));
  }
}
