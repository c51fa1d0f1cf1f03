import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";

/**
 * Makes a listener for `node:http`, Express or Connect of a handler of web
 * requests. What the handler leaves goes to `next`, or is answered with 404.
 */
export function nodeListener(
  handler: (request: Request) => Promise<Response | undefined>,
): (incoming: IncomingMessage, outgoing: ServerResponse, next?: (error?: unknown) => void) => void {
  return (incoming, outgoing, next) => {
    void serve(handler, incoming, outgoing).then(
      (served) => {
        if (served) return;
        if (next) next();
        else outgoing.writeHead(404).end();
      },
      (error: unknown) => {
        if (next) next(error);
        else if (outgoing.headersSent) outgoing.destroy();
        else outgoing.writeHead(500).end();
      },
    );
  };
}

async function serve(
  handler: (request: Request) => Promise<Response | undefined>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<boolean> {
  const gone = new AbortController();
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  const response = await handler(toRequest(incoming, gone.signal));
  if (response === undefined) return false;
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
  return true;
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = "GET", url = "/", headers } = incoming;
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(new URL(url, `http://${headers.host ?? "localhost"}`), {
    method,
    headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
    signal,
    ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: "half" }),
  });
}
