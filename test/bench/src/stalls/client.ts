import { once } from "node:events";
import { WebSocket } from "ws";

/** What a client has of a session, and goes on from. */
export interface ResumePoint {
  readonly sinceSnapshotOrdinal: string;
  readonly epoch: string;
}

/** A client that does as little with what it gets as can be done. */
export class Client {
  readonly #webSocket: WebSocket;
  /** Who waits for a frame, by what that begins with. */
  readonly #waiting = new Map<string, { resolve(): void; reject(error: Error): void }>();
  #snapshot: Buffer = Buffer.alloc(0);

  private constructor(port: number) {
    this.#webSocket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { perMessageDeflate: false });
    this.#webSocket.on("message", (frame: Buffer) => {
      const head = frame.toString("latin1", 0, 80);
      if (head.startsWith('{"snapshot"')) this.#snapshot = frame;
      if (head.startsWith('{"error"')) this.#fail(`the server says ${frame}`);
      for (const [start, { resolve }] of this.#waiting) if (head.startsWith(start)) resolve();
    });
    this.#webSocket.on("close", () => this.#fail("the connection is closed"));
  }

  static async open(port: number): Promise<Client> {
    const client = new Client(port);
    await once(client.#webSocket, "open");
    return client;
  }

  async ping(): Promise<void> {
    const pong = this.#next('{"pong"');
    this.send({ ping: { nonce: "n" } });
    await pong;
  }

  /** Resolves when the snapshot or the delta is there. */
  async subscribe(sessionId: string, how: Partial<ResumePoint> & { readonly resume?: boolean } = { resume: true }) {
    const { sinceSnapshotOrdinal = "0" } = how;
    const since = sinceSnapshotOrdinal === "0" ? "" : `,"sinceSnapshotOrdinal":"${sinceSnapshotOrdinal}"`;
    const subscribed = this.#next(`{"subscribed":{"sessionId":"${sessionId}"${since}}`);
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

  #next(start: string): Promise<void> {
    return new Promise<void>((resolve, reject) => this.#waiting.set(start, { resolve, reject })).finally(() =>
      this.#waiting.delete(start),
    );
  }

  #fail(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(why));
  }
}
