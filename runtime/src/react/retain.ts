import type { RemoteSession } from "../client/index.js";

const users = new WeakMap<RemoteSession, number>();

/**
 * Counts one more user of a session; returns what ends that. A session that
 * nobody uses any more is closed, unless someone does so at once again, as in
 * React's StrictMode or when a component is replaced by another.
 */
export function retain(session: RemoteSession): () => void {
  users.set(session, (users.get(session) ?? 0) + 1);
  let isRetained = true;
  return () => {
    if (!isRetained) return;
    isRetained = false;
    users.set(session, (users.get(session) ?? 0) - 1);
    setTimeout(() => {
      if (users.get(session) === 0) session.close();
    });
  };
}
