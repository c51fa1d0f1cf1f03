import type { JsonObject } from "@bufbuild/protobuf";
import type { SchemaRegistry } from "../schema/registry.js";
import type { Store } from "../store/store.js";
import type { Committer } from "./committer.js";
import type { ErrorReport, ProjectionErrorPolicies, UiBatch } from "./options.js";
import type { Projector } from "./projector.js";

/** What the lanes of a hub share. */
export interface HubCore {
  readonly registry: SchemaRegistry;
  readonly store: Store;
  readonly projector: Projector;
  readonly committer: Committer;
  readonly policies: Required<ProjectionErrorPolicies>;
  sessionMetadata(sessionId: string): JsonObject | Promise<JsonObject>;
  fanOut(batch: UiBatch): void;
  report(report: ErrorReport): void;
}
