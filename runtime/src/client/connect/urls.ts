/** The URL of a WebSocket, which may be given relative to the page, or as http(s). Throws TypeError. */
export function webSocketUrl(url: string): string {
  const page = pageUrl();
  if (!URL.canParse(url, page)) {
    throw new TypeError(
      `got url "${url}", want ${page === undefined ? "an absolute one, such as ws://host/ws" : "one"}`,
    );
  }
  const absolute = new URL(url, page);
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
