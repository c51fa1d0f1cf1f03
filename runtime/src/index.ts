// What people use who write applications. Generated code imports `@sessionstream/runtime/codegen`;
// authors of stores import `@sessionstream/runtime/store`.

// Who asks, and what they may do.
export type {
  AccessOptions,
  AccessRequest,
  Action,
  Authenticate,
  AuthenticateContext,
  Authenticated,
  Authentication,
  Authorize,
  AuthorizeContext,
} from "./access/options.js";
// What went wrong, and what goes on.
export {
  type ErrorCode,
  type ErrorContext,
  type ErrorDetails,
  isSessionstreamError,
  SessionstreamError,
} from "./base/errors.js";
// What an application implements: handlers and projections, and what they are called with.
export type { BackendEvent } from "./hub/feature/backend-event.js";
export type {
  BackgroundOptions,
  CommandContext,
  Decide,
  Decision,
  DraftOf,
  Publish,
  Published,
  PublishOptions,
  Start,
  StartedRun,
} from "./hub/feature/command-context.js";
export type { Feature } from "./hub/feature/feature.js";
export { ignore, type TimelineProjector, type UiProjector } from "./hub/feature/projection.js";
export type { RejectionDetail, RejectOptions } from "./hub/feature/reject-options.js";
export type {
  Coalesce,
  CoalesceOptions,
  RunContext,
  RunEnd,
  RunEnded,
  RunImplementation,
  RunPublish,
  RunPublishOptions,
  WaitFor,
  WaitOptions,
  WaitUntilOptions,
} from "./hub/feature/run-context.js";
export type { RunInfo, RunState } from "./hub/feature/run-info.js";
export type { Session } from "./hub/feature/session.js";
export type { OldEvent, Upcaster } from "./hub/feature/upcast.js";
// The hub, and how it is made.
export { Hub } from "./hub/hub.js";
export type { ErrorObserver, ErrorReport, FailedStep } from "./hub/observe/error-report.js";
export type { PipelineObserver, PipelineRecord, PipelineStep } from "./hub/observe/pipeline-observer.js";
export type { HubOptions, RunOptions } from "./hub/options.js";
export type { ProjectionErrorPolicies } from "./hub/project/policies.js";
// Reading timelines without a hub, for command lines.
export { TimelineReader, type TimelineReaderOptions } from "./hub/read/timeline-reader.js";
export type { EntityDifference, VerifiedTimeline } from "./hub/read/verify.js";
export type {
  RebuildAllOptions,
  RebuildAllProgress,
  RebuildDifference,
  RebuiltAll,
} from "./hub/rebuild-all.js";
export type { HubImportOptions } from "./hub/transfer.js";
export type { CloseOptions } from "./hub/write/closing.js";
export type { SessionStatus } from "./hub/write/session-status.js";
// Submitting, and reading sessions.
export type { HubSubmitOptions } from "./hub/write/submit-options.js";
export type { SubmitOutcome } from "./hub/write/submit-outcome.js";
// Descriptors and payloads, as generated code has them.
export type { DescCommand, RejectionTypes } from "./schema/command.js";
export type { DescEvent, DescLoggedEvent, DescSupersededEvent, EventDraft } from "./schema/event.js";
export type { DescFeature } from "./schema/feature.js";
export type { Immutable, ImmutableBytes, ImmutableList } from "./schema/immutable.js";
export type { Payload, PayloadInit } from "./schema/payload.js";
export { SchemaRegistry } from "./schema/registry.js";
export {
  isRejected,
  RejectedError,
  type Rejection,
  type RejectionCode,
  type RejectionOf,
  type RejectsOf,
} from "./schema/rejection.js";
export type { DescRun, RunStart, RunStartOptions } from "./schema/run.js";
export type { DescTimelineEntity, EntityId, IdOf, TimelineChange } from "./schema/timeline-entity.js";
export type { DescUiEvent, UiEvent } from "./schema/ui-event.js";

// Bringing sessions to clients, for authors of transports.
export type {
  DeletedEntity,
  DeltaHydration,
  FullHydration,
  Hydration,
  ResetReason,
  ResumePoint,
} from "./session/hydration.js";
export type { AnyIdentity, Identity, OptionsParameter, Register, WithIdentity } from "./session/identity.js";
export type { LiveUiEvent, SessionClient, SubmitOptions, Submitted } from "./session/session-client.js";
export type { SessionInfo } from "./session/session-info.js";
export type { TimelineStop } from "./session/timeline-stop.js";
export type { Fanout, UiBatch } from "./session/ui-batch.js";
export type { EventMeta, TraceContext } from "./store/event-meta.js";
export { memoryStore } from "./store/memory-store.js";
export type { ErrorRange, EventRange, RunRange, SessionRange, Store } from "./store/store.js";
export type { RecordedStep, StoredError } from "./store/stored.js";
export type { RunOutcome, RunWait } from "./store/stored-run.js";
export type { SkippedEvent, Snapshot, TimelineEntity } from "./timeline/snapshot.js";
export type { TimelineView } from "./timeline/view.js";
