import type { IncomingMessage } from "node:http";
import { SessionstreamError } from "../base/errors.js";
import type { WebSocketTransportOptions } from "./options.js";

/** @throws FORBIDDEN where the page that a request comes from may not connect. */
export function checkOrigin(request: IncomingMessage, allowed: WebSocketTransportOptions["allowedOrigins"]): void {
  let cause: unknown;
  try {
    if (isAllowed(request, allowed)) return;
  } catch (thrown) {
    cause = thrown;
  }
  throw new SessionstreamError("FORBIDDEN", "pages of this origin may not connect", { cause });
}

function isAllowed(request: IncomingMessage, allowed: WebSocketTransportOptions["allowedOrigins"]): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return true;
  if (typeof allowed === "function") return allowed(origin, request);
  if (allowed !== undefined) return allowed.includes(origin);
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  return url !== undefined && (url.host === request.headers.host || isLoopback(url.hostname));
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
