import type { JsonObject } from "@bufbuild/protobuf";
import type { SchemaRegistry } from "../../../schema/registry.js";
import type { UiBatch } from "../../../session/ui-batch.js";
import type { BatchRun } from "../../../store/batch.js";
import type { Store } from "../../../store/store.js";
import type { FoldedUnder } from "../../../store/stored.js";
import type { RunFunctions } from "../../feature/run-context.js";
import type { ErrorReport } from "../../observe/error-report.js";
import type { PipelineObserver, PipelineRecord, PipelineStep } from "../../observe/pipeline-observer.js";
import type { EventReader } from "../../project/event-reader.js";
import type { Failure, Fold } from "../../project/fold.js";
import type { Committer } from "./committer.js";
import type { Descriptors } from "./descriptors.js";
import type { Process } from "./process.js";
import type { QuietLanes } from "./quiet-lanes.js";
import type { OpenRuns } from "./runs.js";

/** What lanes need of those who do runs. */
export interface RunHost {
  /** By the names of the runs. */
  readonly functions: ReadonlyMap<string, RunFunctions>;
  /** Whether this process can begin a run of that name now. */
  hasRoom(name: string): boolean;
  /** Told of runs that changed, once that is durable. */
  written(sessionId: string, changes: readonly BatchRun[]): void;
  /** Told that a session is deleted, with what its runs end with. */
  deleted(sessionId: string, error: Error): void;
  /** Told of all open runs of a session that was read from the store. */
  read(sessionId: string, runs: OpenRuns): void;
}

/** What the sessions in memory need of their hub. */
export interface SessionHost {
  readonly registry: SchemaRegistry;
  readonly maxPayloadBytes: number;
  readonly store: Store;
  readonly reader: EventReader;
  readonly fold: Fold;
  readonly committer: Committer;
  readonly quiet: QuietLanes;
  /** The process as the store knows it. */
  readonly process: Process;
  readonly descriptors: Descriptors;
  /** What this program folds timelines under. */
  readonly foldedUnder: FoldedUnder;
  readonly runs: RunHost;
  /** Undefined where nobody listens, so that no record is made then. */
  readonly observe: PipelineObserver | undefined;
  /** Told that a session may take more or less memory than before. */
  resized(sessionId: string): void;
  /** Told that an idempotency key is used. */
  keyUsed(): void;
  /** Milliseconds since the Unix epoch. */
  now(): number;
  sessionMetadata(sessionId: string): Promise<JsonObject>;
  /** Whether anybody is told of the UI events of a session. */
  isHeard(sessionId: string): boolean;
  fanOut(batch: UiBatch): void;
  report(report: ErrorReport): void;
}

/** Reports projections that failed, once what they are recorded with is durable. */
export function reportFailures(host: SessionHost, sessionId: string, failures: readonly Failure[]): void {
  for (const { record, error } of failures) {
    const { step, ordinal, name } = record;
    host.report({ step, sessionId, ordinal, name, error });
  }
}

/** Tells the observer, where there is one, of a step of an event's way. */
export function observeEvent(
  { observe }: SessionHost,
  sessionId: string,
  step: PipelineStep,
  name: string,
  ordinal: bigint,
  count?: number,
): void {
  if (observe === undefined) return;
  const record: PipelineRecord = { mode: "live", step, sessionId, name, ordinal };
  observe(count === undefined ? record : { ...record, count });
}
