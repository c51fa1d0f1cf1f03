import { type JsonValue, toJson } from "@bufbuild/protobuf";
import { SnapshotFrameSchema } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import { type ErrorCode, isSessionstreamError, messageOf, SessionstreamError } from "../errors.js";
import { snapshotFrame } from "../frames/index.js";
import type { Hub } from "../hub/hub.js";
import { readBody } from "./read-body.js";

/** How commands and snapshots are served by HTTP. */
export interface HttpHandlerOptions {
  /** What the paths begin with; "/api" unless given. */
  readonly basePath?: string;
  /**
   * Says whether a request may use a session; `command` is the command's name, or
   * undefined for a snapshot. Everybody may, unless given.
   */
  readonly authorize?: (request: Request, sessionId: string, command?: string) => boolean | Promise<boolean>;
  /** The largest payload of a command in bytes; 1 MiB unless given. */
  readonly maxBodyBytes?: number;
  /** Hears of errors that the client is not told: those of handlers and of the store. */
  readonly onError?: (error: unknown, request: Request) => void;
}

/**
 * Serves a hub by HTTP:
 *
 * - `POST {basePath}/sessions/{id}/commands/{name}` with the payload in protobuf
 *   JSON submits a command and answers `{ "ordinal": "…" }`;
 * - `GET {basePath}/sessions/{id}/snapshot?asOf=…` answers a SnapshotFrame.
 *
 * Errors are answered as `{ "code": …, "message": … }`. Of those that a handler
 * throws, a SessionstreamError REJECTED is told to the client, with its message;
 * all others are INTERNAL and go to `onError`. Resolves to undefined
 * for a path that is not one of these, so that others can serve it.
 */
export function httpHandler(
  hub: Hub,
  options: HttpHandlerOptions = {},
): (request: Request) => Promise<Response | undefined> {
  const base = (options.basePath ?? "/api").replace(/\/$/, "");
  return async (request) => {
    const url = new URL(request.url);
    const route = url.pathname.startsWith(`${base}/`) ? parseRoute(url.pathname.slice(base.length)) : undefined;
    if (route === undefined) return undefined;
    try {
      const { sessionId, command } = route;
      if (request.method !== (command === undefined ? "GET" : "POST"))
        return answerError(405, "METHOD_NOT_ALLOWED", "");
      if (options.authorize !== undefined && !(await options.authorize(request, sessionId, command))) {
        throw new SessionstreamError("FORBIDDEN", "the session may not be used", { sessionId });
      }
      if (command === undefined) return await snapshot(hub, sessionId, url.searchParams.get("asOf"));
      return await submit(hub, sessionId, command, request, options.maxBodyBytes ?? 2 ** 20);
    } catch (error) {
      return answerThrown(error, (cause) => options.onError?.(cause, request));
    }
  };
}

async function submit(hub: Hub, sessionId: string, name: string, request: Request, limit: number): Promise<Response> {
  // A page of another origin can only send this type after asking, and is not answered then.
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\b/i.test(type)) {
    return answerError(415, "INVALID_PAYLOAD", `got content type "${type}", want application/json`);
  }
  const body = await readBody(request, limit);
  if (body === undefined) return answerError(413, "INVALID_PAYLOAD", `the payload exceeds ${limit} bytes`);
  const { command, payload } = hub.registry.decodeCommand(name, parseJson(name, body));
  try {
    const { ordinal } = await hub.submit(sessionId, command, payload, { signal: request.signal });
    return Response.json({ ordinal: String(ordinal) });
  } catch (error) {
    // Of what goes wrong in a handler, the client is told only what is meant for it.
    if (isSessionstreamError(error) && handlerCodes.has(error.code)) throw error;
    throw new SessionstreamError("INTERNAL", "the request failed in the server", { sessionId, name }, error);
  }
}

async function snapshot(hub: Hub, sessionId: string, asOf: string | null): Promise<Response> {
  if (asOf !== null && !/^\d{1,19}$/.test(asOf)) {
    return answerError(400, "INVALID_PAYLOAD", `got asOf "${asOf}", want an ordinal`);
  }
  const found = await hub.snapshot(sessionId, asOf === null ? {} : { asOf: BigInt(asOf) });
  const frame = snapshotFrame(hub.registry, found);
  return Response.json(toJson(SnapshotFrameSchema, frame, { registry: hub.registry.protobuf }));
}

function parseRoute(path: string): { readonly sessionId: string; readonly command: string | undefined } | undefined {
  const match = path.match(/^\/sessions\/([^/]+)\/(?:snapshot|commands\/([^/]+))$/);
  if (match === null) return undefined;
  try {
    const [, sessionId = "", command] = match;
    return { sessionId: decodeURIComponent(sessionId), command: command && decodeURIComponent(command) };
  } catch {
    return undefined;
  }
}

function parseJson(name: string, body: string): JsonValue {
  try {
    return JSON.parse(body) as JsonValue;
  } catch (thrown) {
    const reason = messageOf(thrown);
    throw new SessionstreamError(
      "INVALID_PAYLOAD",
      `command "${name}" payload is not JSON: ${reason}`,
      { name },
      thrown,
    );
  }
}

const handlerCodes: ReadonlySet<ErrorCode> = new Set(["REJECTED", "NO_HANDLER", "INVALID_SESSION", "CLOSED"]);

/** The errors that a client is told; all others stay within. */
const statusOf: Partial<Record<ErrorCode, number>> = {
  REJECTED: 422,
  UNKNOWN_NAME: 404,
  NO_HANDLER: 404,
  PAYLOAD_TYPE_MISMATCH: 400,
  INVALID_PAYLOAD: 400,
  INVALID_SESSION: 400,
  FORBIDDEN: 403,
  CLOSED: 503,
};

function answerThrown(error: unknown, report: (cause: unknown) => void): Response {
  const status = isSessionstreamError(error) ? statusOf[error.code] : undefined;
  if (status !== undefined && isSessionstreamError(error)) return answerError(status, error.code, error.message);
  try {
    report(isSessionstreamError(error, "INTERNAL") ? error.cause : error);
  } catch {
    // An observer that fails must not keep the client from its answer.
  }
  return answerError(500, "INTERNAL", "the request failed in the server");
}

function answerError(status: number, code: string, message: string): Response {
  return Response.json({ code, message }, { status });
}
