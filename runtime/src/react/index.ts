import { useMemo, useSyncExternalStore } from "react";
import type { Client, ClientSession, ConnectionState } from "../client/index.js";
import type { DescFeature } from "../schema/descriptors.js";
import type { Payload } from "../schema/payload.js";

/** How the client stands with the server, as it changes. */
export function useConnectionState(client: Client): ConnectionState {
  return useSyncExternalStore(
    (watcher) => client.watch(watcher),
    () => client.state,
    () => client.state,
  );
}

/** The session's entities of a kind in the order of a snapshot, as they change. */
export function useEntities<Feature extends DescFeature, Entity extends Feature["timelineEntities"][number]>(
  session: ClientSession<Feature>,
  entity: Entity,
): readonly Payload<Entity["schema"]>[] {
  const version = useSessionVersion(session);
  // The version stands for the timeline's contents.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  return useMemo(() => session.timeline.list(entity), [session, entity, version]);
}

/** Whether the session's snapshot has come in. */
export function useHydrated(session: ClientSession<DescFeature>): boolean {
  return useSyncExternalStore(
    (watcher) => session.watch(watcher),
    () => session.isHydrated,
    () => session.isHydrated,
  );
}

function useSessionVersion<Feature extends DescFeature>(session: ClientSession<Feature>): number {
  return useSyncExternalStore(
    (watcher) => session.watch(watcher),
    () => session.version,
    () => session.version,
  );
}
