import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { SessionstreamError } from "../base/errors.js";
import type { Client, ConnectionState, RemoteSession } from "../client/index.js";
import type { DescFeature } from "../schema/feature.js";
import type { Payload } from "../schema/payload.js";
import { retain } from "./retain.js";
import { stableList } from "./stable-list.js";

/**
 * Follows a session for as long as a component that uses it is there. All components
 * that name the same session share it; it is closed when the last one is gone.
 * @throws INVALID_SESSION, and CLOSED where the client is closed.
 */
export function useSession<Feature extends DescFeature>(
  client: Client<Feature>,
  sessionId: string,
): RemoteSession<Feature> {
  const session = client.session(sessionId);
  useEffect(() => retain(session), [session]);
  return session;
}

/** How the client stands with the server, as it changes. */
export function useConnectionState(client: Client): ConnectionState {
  return useSyncExternalStore(
    (watcher) => client.watch(watcher),
    () => client.state,
    () => client.state,
  );
}

/**
 * The session's entities of a kind in the order of a snapshot, as they change. It
 * is the same array until one of them changes, and an entity is the same object
 * until it changes.
 */
export function useEntities<Feature extends DescFeature, Entity extends Feature["timelineEntities"][number]>(
  session: RemoteSession<Feature>,
  entity: Entity,
): readonly Payload<Entity["schema"]>[] {
  const read = useMemo(() => stableList(session, entity), [session, entity]);
  return useSyncExternalStore((watcher) => session.watch(watcher), read, read);
}

/** Whether the session's snapshot has come in. */
export function useHydrated(session: RemoteSession<DescFeature>): boolean {
  return useSyncExternalStore(
    (watcher) => session.watch(watcher),
    () => session.isHydrated,
    () => session.isHydrated,
  );
}

/** What the server said when it did not give the session, for instance because it is forbidden. */
export function useRefusal(session: RemoteSession<DescFeature>): SessionstreamError | undefined {
  return useSyncExternalStore(
    (watcher) => session.watch(watcher),
    () => session.refusal,
    () => session.refusal,
  );
}
