// What generated code imports. It may change with the generator; applications
// import `@sessionstream/runtime`.

// What a feature's implementation looks like, in a hub and in a client.
export type { ClientFeature, ClientProjector } from "../client/replica/client-feature.js";
export type { BackendEvent } from "../hub/feature/backend-event.js";
export type { CommandContext, DraftOf } from "../hub/feature/command-context.js";
export type { Feature } from "../hub/feature/feature.js";
export type { TimelineProjector, UiProjector } from "../hub/feature/projection.js";
export type { RunContext, RunEnd, RunImplementation } from "../hub/feature/run-context.js";
export type { OldEvent, Upcaster } from "../hub/feature/upcast.js";
// The types of descriptors, and of what they make.
export type { DescCommand } from "../schema/command.js";
// Makers of descriptors.
export { command } from "../schema/command.js";
export type { DescEvent, DescLoggedEvent, DescSupersededEvent } from "../schema/event.js";
export { event, supersededEvent } from "../schema/event.js";
export type { DescFeature } from "../schema/feature.js";
export { feature } from "../schema/feature.js";
export type { PayloadInit } from "../schema/payload.js";
export type { SchemaRegistry } from "../schema/registry.js";
export type { DescRun } from "../schema/run.js";
export { run } from "../schema/run.js";
export type { DescTimelineEntity, TimelineChange } from "../schema/timeline-entity.js";
export { timelineEntity } from "../schema/timeline-entity.js";
export type { DescUiEvent, UiEvent } from "../schema/ui-event.js";
export { uiEvent } from "../schema/ui-event.js";
export type { LiveUiEvent, SessionClient } from "../session/session-client.js";
export type { TimelineView } from "../timeline/view.js";
