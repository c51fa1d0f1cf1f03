import { invalidOption } from "../../base/option.js";

/**
 * Makes the URL of a WebSocket. The given URL may be relative to the page, and may begin
 * with http or https.
 * @throws INVALID_OPTION.
 */
export function webSocketUrl(url: string): string {
  const page = pageUrl();
  const absolute = URL.canParse(url, page) ? new URL(url, page) : undefined;
  if (absolute !== undefined) absolute.protocol = absolute.protocol.replace(/^http/, "ws");
  if (absolute === undefined || !/^wss?:$/.test(absolute.protocol)) {
    throw invalidOption("client", "url", url, "an absolute one, such as ws://host/ws, or one relative to a page");
  }
  return absolute.href;
}

/**
 * Makes the URL for HTTP calls. The given URL may be relative to the URL of the WebSocket.
 * @throws INVALID_OPTION.
 */
export function httpUrl(url: string, base: string): string {
  if (!URL.canParse(base, url)) throw invalidOption("client", "http", base, "a URL or a path");
  const absolute = new URL(base, url);
  absolute.protocol = absolute.protocol.replace(/^ws/, "http");
  return absolute.href;
}

function pageUrl(): string | undefined {
  return (globalThis as { location?: { href: string } }).location?.href;
}
