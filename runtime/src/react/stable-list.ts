import type { RemoteSession } from "../client/index.js";
import type { DescFeature } from "../schema/feature.js";
import { isDevelopment } from "../schema/freeze.js";
import type { Payload } from "../schema/payload.js";

/** Makes a function that lists the session's entities of a kind: the same array as long as it has the same entities. */
export function stableList<Feature extends DescFeature, Entity extends Feature["timelineEntities"][number]>(
  session: RemoteSession<Feature>,
  entity: Entity,
): () => readonly Payload<Entity["schema"]>[] {
  let version = -1;
  let last: readonly Payload<Entity["schema"]>[] = [];
  return () => {
    if (session.version === version) return last;
    version = session.version;
    const next = session.timeline.list(entity);
    const isSame = next.length === last.length && next.every((payload, index) => payload === last[index]);
    // All components that list them are given this one.
    if (!isSame) last = isDevelopment() ? Object.freeze(next) : next;
    return last;
  };
}
