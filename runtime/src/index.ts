export type { ClientFeature, ClientProjector } from "./client/client-feature.js";
export * from "./errors.js";
export * from "./hub/feature.js";
export * from "./hub/hub.js";
export type {
  DeletedEntity,
  DeltaHydration,
  FullHydration,
  Hydration,
  ResetReason,
  ResumePoint,
} from "./hub/hydration.js";
export * from "./hub/options.js";
export type { PipelineObserver, PipelineRecord, PipelineStep } from "./hub/pipeline-observer.js";
export * from "./hub/session.js";
export * from "./hub/session-client.js";
export * from "./schema/descriptors.js";
export type { Payload, PayloadInit } from "./schema/payload.js";
export { SchemaRegistry } from "./schema/registry.js";
export type { UiEvent } from "./schema/ui-event.js";
export { memoryStore } from "./store/memory-store.js";
export * from "./store/store.js";
export type { TimelineChange } from "./timeline/change.js";
export type { Snapshot, TimelineEntity } from "./timeline/snapshot.js";
export type { TimelineView } from "./timeline/view.js";
