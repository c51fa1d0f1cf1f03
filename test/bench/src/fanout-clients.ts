import { connect, type Socket } from "node:net";
import type { SwarmReport, SwarmRequest } from "./fanout-swarm.js";

// The clients of the fan-out benchmark, in a process of their own. They do as
// little as can be done: count the frames that arrive, and note when.

let sockets: Socket[] = [];
/** When the n-th frame arrived at each client since the last request to count. */
let arrivals: Float64Array[] = [];
let counts: number[] = [];
let wanted = 0;
let complete = 0;

process.on("message", (request: SwarmRequest) => {
  if ("connect" in request) void open(request.connect);
  else if ("count" in request) count(request.count);
  else close();
});
process.on("disconnect", () => process.exit());

function report(message: SwarmReport): void {
  process.send?.(message);
}

async function open({ port, path, setup, clients }: Extract<SwarmRequest, { connect: object }>["connect"]) {
  sockets = await Promise.all(
    Array.from({ length: clients }, (_, client) => {
      return new Promise<Socket>((resolve, reject) => {
        const socket = connect(port, "127.0.0.1");
        socket.on("error", reject);
        socket.write(
          `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        );
        let head = "";
        const receiveHead = (chunk: Buffer) => {
          head += chunk.toString("latin1");
          const end = head.indexOf("\r\n\r\n");
          if (end === -1) return;
          socket.off("data", receiveHead);
          const receive = frameCounter((frames) => arrived(client, frames));
          receive(Buffer.from(head.slice(end + 4), "latin1"));
          socket.on("data", receive);
          if (setup !== "") socket.write(clientFrame(setup));
          resolve(socket);
        };
        socket.on("data", receiveHead);
      });
    }),
  );
  report({ connected: true });
}

function count(frames: number): void {
  wanted = frames;
  complete = 0;
  counts = sockets.map(() => 0);
  arrivals = sockets.map(() => new Float64Array(frames));
  report({ counting: true });
}

function arrived(client: number, frames: number): void {
  const before = counts[client] ?? 0;
  if (wanted === 0 || before === wanted) return;
  const after = Math.min(before + frames, wanted);
  arrivals[client]?.fill(now(), before, after);
  counts[client] = after;
  if (after < wanted || ++complete < sockets.length) return;
  report({ arrivals });
}

function close(): void {
  wanted = 0;
  for (const socket of sockets) socket.destroy();
  sockets = [];
}

/** Counts the server's frames in a stream of bytes. */
function frameCounter(found: (frames: number) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  /** How much of the last frame is still to come. */
  let skip = 0;
  return (chunk) => {
    if (skip > chunk.length) {
      skip -= chunk.length;
      return;
    }
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let frames = skip > 0 ? 1 : 0;
    let at = skip;
    while (at + 4 <= bytes.length) {
      const short = (bytes[at + 1] ?? 0) & 0x7f;
      at += short < 126 ? 2 + short : 4 + bytes.readUInt16BE(at + 2);
      if (at <= bytes.length) frames++;
    }
    skip = Math.max(0, at - bytes.length);
    rest = bytes.subarray(at);
    if (frames > 0) found(frames);
  };
}

function clientFrame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
