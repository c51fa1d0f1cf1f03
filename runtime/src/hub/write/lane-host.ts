import type { JsonObject } from "@bufbuild/protobuf";
import type { SchemaRegistry } from "../../schema/registry.js";
import type { Store } from "../../store/store.js";
import type { Feature } from "../feature/feature.js";
import type { PipelineObserver } from "../observe/pipeline-observer.js";
import type { ErrorReport, UiBatch } from "../options.js";
import type { Projection } from "../project/fold.js";
import type { Committer } from "./committer.js";

/** What the lanes of a hub share. */
export interface HubCore {
  readonly registry: SchemaRegistry;
  readonly store: Store;
  readonly projection: Projection;
  readonly committer: Committer;
  /** What the features want to be called when a session is opened. */
  readonly openers: readonly NonNullable<Feature["opened"]>[];
  /** Undefined where nobody listens, so that no record is made then. */
  readonly observe: PipelineObserver | undefined;
  sessionMetadata(sessionId: string): JsonObject | Promise<JsonObject>;
  fanOut(batch: UiBatch): void;
  report(report: ErrorReport): void;
}
