import type { IncomingMessage } from "node:http";
import type { WebSocketTransportOptions } from "./options.js";

/** Whether the page that a request comes from may connect. */
export function isOriginAllowed(
  request: IncomingMessage,
  allowed: WebSocketTransportOptions["allowedOrigins"],
): boolean {
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
