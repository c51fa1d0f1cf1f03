import type { JsonObject } from "@bufbuild/protobuf";
import type { BackendEvent } from "../../hub/feature/backend-event.js";
import type { RunInfo } from "../../hub/feature/run-info.js";
import type { ErrorReport } from "../../hub/observe/error-report.js";
import type { UiEvent } from "../../schema/ui-event.js";
import type { Identity } from "../../session/identity.js";
import type { Store } from "../../store/store.js";
import type { Snapshot } from "../../timeline/snapshot.js";
import type { Crash } from "./run/crash.js";
import type { Done } from "./run/done.js";
import type { EffectCall } from "./run/effect-call.js";

/** How a session of a test begins. */
export interface GivenOptions {
  /** The default is `test`. */
  readonly sessionId?: string;
  /** The session's metadata. The default is empty. */
  readonly metadata?: JsonObject;
  /** Who submits the commands, where `when` does not say. */
  readonly identity?: NonNullable<Identity>;
  /**
   * Where the session is stored. The given events are added to what it has. The test closes it. The
   * default is a store in memory.
   */
  readonly store?: Store;
  /** The clock of the hub, such as a `fakeClock`. */
  readonly now?: () => number;
  /**
   * Where, in whichever step, the process dies. Another process takes over at once, in the same step,
   * so that the test reads as if nothing had happened.
   */
  readonly crash?: Crash;
  /** The lease of the hubs, in milliseconds: that of others, where `store` has others. The default is 100. */
  readonly lease?: number;
}

/** What a step led to. */
export interface Ended {
  /** The events that the step published, of the handler and of its runs. */
  readonly events: readonly BackendEvent[];
  /** The UI events of these events. */
  readonly uiEvents: readonly UiEvent[];
  /** The session's timeline after the step. */
  readonly timeline: Snapshot;
  /** All runs of the session after the step, in the order in which they were started. */
  readonly runs: readonly RunInfo[];
  /** The ids of those that ended in the step. */
  readonly endedRuns: readonly string[];
  /** The calls of functions made with `effect` in the step. */
  readonly effects: readonly EffectCall[];
  /** What more than one attempt of a run did, since the session began. */
  readonly repeated: readonly Done[];
  /** What the hub's `onError` heard of. */
  readonly reports: readonly ErrorReport[];
  /** What the command was rejected or failed with. Undefined where it was done. */
  readonly error: unknown;
}
