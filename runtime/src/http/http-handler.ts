import type { JsonValue } from "@bufbuild/protobuf";
import { Gate, type Passed } from "../access/gate.js";
import { type AccessOptions, accessOptions } from "../access/options.js";
import { isSessionstreamError, messageOf, SessionstreamError } from "../base/errors.js";
import { aFunction, aUrlPath, checkOptions, number } from "../base/option.js";
import { SharedWork } from "../base/shared-work.js";
import { snapshotJson } from "../frames/snapshot-json.js";
import type { Hub } from "../hub/hub.js";
import { checkKey } from "../session/idempotency-key.js";
import type { OptionsParameter } from "../session/identity.js";
import { checkSessionId } from "../session/session-id.js";
import type { Snapshot } from "../timeline/snapshot.js";
import { answerError, answerRejected, answerTold, isToldOfFailure } from "./answers.js";
import { remoteAddressOf } from "./node-request.js";
import { readBody } from "./read-body.js";
import { parseRoute, type Route } from "./route.js";
import { traceOf } from "./trace-headers.js";

/** How commands and snapshots are served by HTTP. */
export interface HttpHandlerOptions extends AccessOptions {
  /** The start of the paths. The default is "/api". */
  readonly basePath?: string;
  /** The largest payload of a command, in bytes. The default is 1 MiB. */
  readonly maxBodyBytes?: number;
  /**
   * Hears of errors that the client does not hear of, such as errors of handlers and of the
   * store. By default, they are printed.
   */
  readonly onError?: (error: unknown, request: Request) => void;
}

/** What {@link httpHandler} makes. */
export interface HttpHandler {
  /** Answers a request, or resolves to undefined for a path that is not served. */
  (request: Request): Promise<Response | undefined>;
  /** Whether the handler serves a path, as URLs have it. */
  serves(path: string): boolean;
}

/**
 * Serves a hub over HTTP:
 *
 * - `POST {basePath}/sessions/{id}/commands/{name}` submits a command. The body is the payload in protobuf JSON.
 *   The answer is `{ "ordinal": "…" }`. With a header `Idempotency-Key`, the command is done once, and its
 *   handler continues when the client disconnects.
 * - `GET {basePath}/sessions/{id}/snapshot?asOf=…` answers a SnapshotFrame.
 *
 * Errors are answered as `{ "code": …, "message": … }`. If a handler rejects the command, the
 * answer is 409 `{ "code": "REJECTED", "message": …, "rejection": { "code", "message", "detail" } }`.
 * If it throws a SessionstreamError FORBIDDEN, the client gets its message. Other errors of handlers
 * are INTERNAL and go to `onError`. For any other path, the function resolves to undefined, so that
 * something else can serve the path.
 * @throws INVALID_OPTION.
 *
 * @example
 * ```ts
 * createServer(nodeListener(httpHandler(hub))).listen(8080);
 * ```
 */
export function httpHandler(hub: Hub, ...[options = {}]: OptionsParameter<HttpHandlerOptions>): HttpHandler {
  checkOptions("HTTP handler", options, {
    basePath: { words: `${aUrlPath.words}, or ""`, accepts: (path) => path === "" || aUrlPath.accepts(path) },
    ...accessOptions,
    maxBodyBytes: number(1),
    onError: aFunction,
  });
  const { maxBodyBytes = 2 ** 20, onError = printError } = options;
  const gate = new Gate(hub, options);
  /** Snapshots in JSON, for those who ask for one at about the same time. */
  const encoded: EncodedSnapshots = new SharedWork();
  const base = (options.basePath ?? "/api").replace(/\/$/, "");

  /** @throws what a client may be told; what goes wrong within is thrown as INTERNAL. */
  async function serve(request: Request, { sessionId, command }: Route, url: URL): Promise<Response> {
    const method = command === undefined ? "GET" : "POST";
    if (request.method !== method) {
      const message = `got method ${request.method}, want ${method}`;
      return answerError(405, "METHOD_NOT_ALLOWED", message, { allow: method });
    }
    checkSessionId(sessionId);
    const { url: href, headers } = request;
    const by = await gate.authenticate(() => ({ url: href, headers, remoteAddress: remoteAddressOf(request) }));
    return command === undefined
      ? snapshot(hub, gate, by, sessionId, url.searchParams.get("asOf"), request.signal, encoded)
      : submit(hub, gate, by, sessionId, command, request, maxBodyBytes);
  }

  const handle = async (request: Request) => {
    const url = new URL(request.url);
    const route = parseRoute(base, url.pathname);
    if (route === undefined) return undefined;
    try {
      return await serve(request, route, url);
    } catch (error) {
      const told = answerTold(error);
      if (told !== undefined) return told;
      const cause = isSessionstreamError(error, "INTERNAL") ? error.cause : error;
      if (!isGone(request, cause)) report(() => onError(cause, request));
      return answerError(500, "INTERNAL", "the request failed in the server");
    }
  };
  return Object.assign(handle, { serves: (path: string) => parseRoute(base, path) !== undefined });
}

async function submit(
  hub: Hub,
  gate: Gate,
  { identity }: Passed,
  sessionId: string,
  name: string,
  request: Request,
  limit: number,
): Promise<Response> {
  // A page of another origin can only send this type after asking, and is not answered then.
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    return answerError(415, "INVALID_PAYLOAD", `got content type "${type}", want application/json`);
  }
  hub.registry.command(name);
  const key = request.headers.get("idempotency-key");
  if (key !== null) checkKey(key);
  const body = await bodyOf(request, name, limit);
  if (body === undefined) return answerError(413, "PAYLOAD_TOO_LARGE", `the payload exceeds ${limit} bytes`);
  const { command, payload } = hub.registry.decodeCommand(name, parseJson(name, body));
  await gate.authorize(identity, { type: "submit", sessionId, command: name, payload });
  const how = key === null ? { signal: request.signal } : { key };
  const trace = traceOf(request.headers);
  const by = { identity, ...(trace !== undefined && { trace }) };
  const outcome = await hub.trySubmit(sessionId, command, payload, { ...how, ...by });
  if (outcome.status === "done") return Response.json({ ordinal: String(outcome.ordinal) });
  if (outcome.status === "rejected") return answerRejected(hub.registry, outcome.error);
  // What a handler's own calls were refused for is not the client's doing.
  if (outcome.status === "refused" || isToldOfFailure(outcome.error)) throw outcome.error;
  throw new SessionstreamError("INTERNAL", "the command failed", { sessionId, name, cause: outcome.error });
}

type EncodedSnapshots = SharedWork<Snapshot["entities"], readonly Uint8Array[]>;

async function snapshot(
  hub: Hub,
  gate: Gate,
  { identity }: Passed,
  sessionId: string,
  asOf: string | null,
  signal: AbortSignal,
  encoded: EncodedSnapshots,
): Promise<Response> {
  if (asOf !== null && !/^\d{1,19}$/.test(asOf)) {
    return answerError(400, "INVALID_PAYLOAD", `got asOf "${asOf}", want an ordinal`);
  }
  const when = asOf === null ? {} : { asOf: BigInt(asOf) };
  await gate.authorize(identity, { type: "read", sessionId, ...when });
  try {
    const found = await hub.snapshot(sessionId, when);
    const isWanted = () => !signal.aborted;
    const json = await encoded.do(found.entities, String(found.ordinal), isWanted, (isWanted) =>
      snapshotJson(hub.registry, found, isWanted),
    );
    const pieces = json ?? [];
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const headers = { "cache-control": "no-store", "content-type": "application/json", "content-length": `${length}` };
    return new Response(joined(pieces), { headers });
  } catch (error) {
    if (isSessionstreamError(error, "CLOSED")) throw error;
    throw new SessionstreamError("INTERNAL", "the snapshot failed", { sessionId, cause: error });
  }
}

function joined(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
}

/** A body that breaks off, or is no UTF-8, is the client's doing. */
async function bodyOf(request: Request, name: string, limit: number): Promise<string | undefined> {
  try {
    return await readBody(request, limit);
  } catch (thrown) {
    throw notJson(name, thrown);
  }
}

function parseJson(name: string, body: string): JsonValue {
  try {
    return JSON.parse(body) as JsonValue;
  } catch (thrown) {
    throw notJson(name, thrown);
  }
}

function notJson(name: string, thrown: unknown): SessionstreamError {
  const message = `command "${name}" payload is not JSON: ${messageOf(thrown)}`;
  return new SessionstreamError("INVALID_PAYLOAD", message, { name, cause: thrown });
}

/** Whether it failed because the client gave up, which nobody need hear of. */
function isGone({ signal }: Request, cause: unknown): boolean {
  return signal.aborted && (cause === signal.reason || (cause instanceof Error && cause.name === "AbortError"));
}

function report(tell: () => void): void {
  try {
    tell();
  } catch {
    // An observer that fails must not keep the client from its answer.
  }
}

function printError(error: unknown, { method, url }: Request): void {
  console.error(`sessionstream: ${method} ${new URL(url).pathname} failed:`, error);
}
