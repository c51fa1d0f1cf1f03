import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";

/**
 * What waits to be sent to one client. Whole frames are written to the socket as
 * they are; they bypass `ws`, which sends no fragments and compresses nothing
 * here, so that nothing of its own can be cut in two.
 */
export class Outbox {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #maxBytes: number;
  /** Bytes of snapshots since all was sent; these may go beyond the limit. */
  #snapshotBytes = 0;
  #draining: Promise<void> | undefined;

  constructor(webSocket: WebSocket, socket: Duplex, maxBytes: number) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#maxBytes = maxBytes;
    socket.on("drain", () => {
      this.#snapshotBytes = 0;
    });
  }

  get bytes(): number {
    return this.#socket.writableLength;
  }

  /** Whether the client lags so far behind that a snapshot has to wait. A drain will follow. */
  get isBehind(): boolean {
    return this.#exceeds(this.#maxBytes);
  }

  /** Whether it lags too far for anything more, a snapshot on its way not counted. A drain will follow. */
  get isFull(): boolean {
    return this.#exceeds(this.#maxBytes + this.#snapshotBytes);
  }

  /** Resolves when all was sent, or nothing will be. */
  drained(): Promise<void> {
    if (!this.#isOpen || !this.#socket.writableNeedDrain) return Promise.resolve();
    // One for all who wait: a socket warns of many listeners.
    this.#draining ??= new Promise((resolve) => {
      const done = () => {
        this.#socket.off("drain", done).off("close", done);
        this.#draining = undefined;
        resolve();
      };
      this.#socket.on("drain", done).on("close", done);
    });
    return this.#draining;
  }

  write(frames: Buffer): void {
    if (this.#isOpen) this.#socket.write(frames);
  }

  /** Writes a snapshot and what goes with it in one go. */
  writeSnapshot(frames: readonly Buffer[]): void {
    if (!this.#isOpen) return;
    this.#socket.cork();
    for (const frame of frames) {
      this.#socket.write(frame);
      this.#snapshotBytes += frame.length;
    }
    this.#socket.uncork();
  }

  get #isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN && this.#socket.writable;
  }

  #exceeds(bytes: number): boolean {
    return this.#socket.writableNeedDrain && this.#socket.writableLength > bytes;
  }
}
