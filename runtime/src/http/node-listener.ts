import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as WebStream } from "node:stream/web";
import { targetOf } from "../access/incoming.js";
import type { HttpHandler } from "./http-handler.js";
import { toRequest } from "./node-request.js";
import { isPlainTarget, pathOf } from "./request-target.js";

/** A listener for `node:http`, Express and Connect. */
export type NodeListener = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/** Answers web requests, as `httpHandler` does. */
type WebHandler = ((request: Request) => Promise<Response | undefined>) & Partial<Pick<HttpHandler, "serves">>;

/**
 * Makes a listener for `node:http`, Express or Connect from a handler of web requests. The
 * handler always sees the whole path, even if the listener is mounted below a path.
 * Requests that the handler leaves go to `next`. Without `next`, they are answered with
 * 404. A request target that a router could read as another path than the handler is
 * answered with 400.
 */
export function nodeListener(handler: WebHandler): NodeListener {
  return (incoming, outgoing, next) => {
    serve(handler, incoming, outgoing).then(
      (served) => {
        if (served) return;
        if (next) next();
        else outgoing.writeHead(404).end();
      },
      (error: unknown) => {
        if (outgoing.headersSent) outgoing.destroy();
        else if (next) next(error);
        else outgoing.writeHead(500).end();
      },
    );
  };
}

function isLeft(handler: WebHandler, path: string | undefined): boolean {
  return path !== undefined && handler.serves?.(path) === false;
}

async function serve(handler: WebHandler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<boolean> {
  const target = targetOf(incoming);
  const isPlain = isPlainTarget(target);
  // What would not be served anyway is for others to judge.
  if (!isPlain && isLeft(handler, pathOf(target))) return false;
  const gone = new AbortController();
  const abort = () => {
    if (!outgoing.writableFinished) gone.abort();
  };
  outgoing.once("close", abort);
  const request = isPlain ? toRequest(incoming, gone.signal) : undefined;
  if (request === undefined) {
    outgoing.writeHead(400).end();
    return true;
  }
  const response = await handler(request);
  if (response === undefined) {
    outgoing.off("close", abort);
    return false;
  }
  outgoing.statusCode = response.status;
  outgoing.setHeaders(response.headers);
  if (response.body !== null && response.headers.has("content-length")) {
    // It may be large: it is sent at the speed of the client.
    await pipeline(Readable.fromWeb(response.body as WebStream), outgoing).catch(() => outgoing.destroy());
  } else {
    const body = Buffer.from(await response.arrayBuffer());
    outgoing.setHeader("content-length", body.length);
    outgoing.end(body);
  }
  // What was not read of the body must not keep the connection from its next request.
  if (!incoming.readableEnded) incoming.resume();
  return true;
}
