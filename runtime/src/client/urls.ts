/** The URL of a WebSocket, which may be given relative to the page, or as http(s). */
export function webSocketUrl(url: string): string {
  const absolute = new URL(url, pageUrl());
  absolute.protocol = absolute.protocol.replace(/^http/, "ws");
  return absolute.href;
}

/** The URL for HTTP calls, which may be given relative to that of the WebSocket. */
export function httpUrl(url: string, base: string): string {
  const absolute = new URL(base, url);
  absolute.protocol = absolute.protocol.replace(/^ws/, "http");
  return absolute.href;
}

function pageUrl(): string | undefined {
  return (globalThis as { location?: { href: string } }).location?.href;
}
