import type { DescFeature, Hub, TimelineChange, TimelineView } from "@sessionstream/runtime";
import type { ClientFeature } from "@sessionstream/runtime/client";

/** A client's timeline as its projection folds it, in the plainest way: maps and nothing else. */
export function foldClient(hub: Hub, sessionId: string, feature: ClientFeature<DescFeature>): TimelineView {
  const entities = new Map<string, TimelineChange>();
  const payloads = (kind: string) =>
    [...entities.values()].flatMap(({ entity, payload }) => (entity.name === kind && payload ? [payload] : []));
  const view: TimelineView = {
    get: (entity, id) => entities.get(`${entity.name} ${id}`)?.payload as never,
    list: (entity) => payloads(entity.name) as never,
  };
  hub.subscribe((batch) => {
    if (batch.sessionId !== sessionId) return;
    for (const { name, payload } of batch.events) {
      for (const change of feature.project?.({ name, payload, ordinal: batch.ordinal }, view) ?? []) {
        entities.set(`${change.entity.name} ${change.id}`, change);
      }
    }
  });
  return view;
}
