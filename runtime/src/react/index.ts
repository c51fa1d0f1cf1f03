import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { SessionstreamError } from "../base/errors.js";
import type { Client, ConnectionState, RemoteSession } from "../client/index.js";
import type { DescFeature } from "../schema/feature.js";
import type { Payload } from "../schema/payload.js";
import { retain } from "./retain.js";
import { stableList } from "./stable-list.js";

/**
 * Follows a session for as long as a component uses it. All components with the same
 * session id share the session. It is closed when the last of them unmounts.
 * @throws INVALID_SESSION, or CLOSED if the client is closed.
 *
 * @example
 * ```tsx
 * const session = useSession(client, "session-1");
 * const messages = useEntities(session, ChatMessage);
 * ```
 */
export function useSession<Feature extends DescFeature>(
  client: Client<Feature>,
  sessionId: string,
): RemoteSession<Feature> {
  const session = client.session(sessionId);
  useEffect(() => retain(session), [session]);
  return session;
}

/** The state of the client's connection, as it changes. */
export function useConnectionState(client: Client): ConnectionState {
  return useSyncExternalStore(
    (watcher) => client.watch(watcher),
    () => client.state,
    () => client.state,
  );
}

/**
 * The session's entities of a kind, in the order of a snapshot, as they change. The array
 * stays the same until an entity changes. An entity stays the same object until it
 * changes.
 */
export function useEntities<Feature extends DescFeature, Entity extends Feature["timelineEntities"][number]>(
  session: RemoteSession<Feature>,
  entity: Entity,
): readonly Payload<Entity["schema"]>[] {
  const read = useMemo(() => stableList(session, entity), [session, entity]);
  return useSyncExternalStore((watcher) => session.watch(watcher), read, read);
}

/** Whether the session's snapshot has arrived. */
export function useHydrated(session: RemoteSession<DescFeature>): boolean {
  return useSyncExternalStore(
    (watcher) => session.watch(watcher),
    () => session.isHydrated,
    () => session.isHydrated,
  );
}

/** The error with which the server refused the session, such as a session that is forbidden. */
export function useRefusal(session: RemoteSession<DescFeature>): SessionstreamError | undefined {
  return useSyncExternalStore(
    (watcher) => session.watch(watcher),
    () => session.refusal,
    () => session.refusal,
  );
}
