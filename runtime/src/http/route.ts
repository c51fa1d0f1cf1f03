/** What a request is about; without a command, it is about the snapshot. */
export interface Route {
  readonly sessionId: string;
  readonly command: string | undefined;
}

/** Reads a path below `base`, or returns undefined where it is not one of ours. */
export function parseRoute(base: string, path: string): Route | undefined {
  if (!path.startsWith(`${base}/`)) return undefined;
  const match = path.slice(base.length).match(/^\/sessions\/([^/]+)\/(?:snapshot|commands\/([^/]+))$/);
  if (match === null) return undefined;
  try {
    const [, sessionId = "", command] = match;
    return { sessionId: decodeURIComponent(sessionId), command: command && decodeURIComponent(command) };
  } catch {
    return undefined;
  }
}
