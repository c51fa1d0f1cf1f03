import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { SessionstreamError } from "../base/errors.js";
import type { AccessRequest } from "./options.js";

/** What frameworks add to a request: the URL before the part was cut off that a router is mounted at. */
export interface Routed {
  readonly originalUrl?: string;
}

/** The target of a request as the client wrote it. */
export function targetOf(incoming: IncomingMessage & Routed): string {
  return incoming.originalUrl ?? incoming.url ?? "/";
}

/**
 * The whole URL of a request.
 * @throws TypeError where the client wrote none.
 */
export function urlOf(incoming: IncomingMessage & Routed): URL {
  const scheme = (incoming.socket as Partial<TLSSocket>).encrypted ? "https" : "http";
  return new URL(targetOf(incoming), `${scheme}://${incoming.headers.host ?? "localhost"}`);
}

/**
 * The headers of a request, as the web has them.
 * @throws TypeError where the web does not have such headers.
 */
export function headersOf({ headers }: IncomingMessage): Headers {
  return new Headers(
    Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined || name.startsWith(":") ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}

/**
 * What the application is asked about.
 * @throws INVALID_PAYLOAD where the request is malformed.
 */
export function accessRequestOf(incoming: IncomingMessage): AccessRequest {
  const { remoteAddress } = incoming.socket;
  try {
    return { url: urlOf(incoming).href, headers: headersOf(incoming), remoteAddress };
  } catch (cause) {
    throw new SessionstreamError("INVALID_PAYLOAD", "the URL or a header of the request is malformed", { cause });
  }
}
