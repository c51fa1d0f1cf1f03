export * from "./base/errors.js";
export type { ClientFeature, ClientProjector } from "./client/replica/client-feature.js";
export * from "./hub/feature/feature.js";
export * from "./hub/hub.js";
export type { PipelineObserver, PipelineRecord, PipelineStep } from "./hub/observe/pipeline-observer.js";
export * from "./hub/options.js";
export type {
  DeletedEntity,
  DeltaHydration,
  FullHydration,
  Hydration,
  ResetReason,
  ResumePoint,
} from "./hub/read/hydrate.js";
export * from "./schema/descriptors.js";
export type { Payload, PayloadInit } from "./schema/payload.js";
export { SchemaRegistry } from "./schema/registry.js";
export type { TimelineChange } from "./schema/timeline-change.js";
export type { UiEvent } from "./schema/ui-event.js";
export * from "./session/session-client.js";
export * from "./session/session-info.js";
export { memoryStore } from "./store/memory-store.js";
export * from "./store/store.js";
export type { Snapshot, TimelineEntity } from "./timeline/snapshot.js";
export type { TimelineView } from "./timeline/view.js";
