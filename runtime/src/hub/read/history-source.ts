import type { SchemaRegistry } from "../../schema/registry.js";
import type { Store } from "../../store/store.js";
import type { FoldedUnder } from "../../store/stored.js";
import type { ErrorReport } from "../observe/error-report.js";
import type { EventReader } from "../project/event-reader.js";
import type { Fold } from "../project/fold.js";
import type { SessionImage } from "../project/session-image.js";

/** What sessions are read from. */
export interface HistorySource {
  readonly registry: SchemaRegistry;
  readonly store: Store;
  readonly reader: EventReader;
  /** What this program folds timelines under. */
  readonly foldedUnder: FoldedUnder;
  /** For what is read of the past: an event whose projection fails has no effect on it. */
  readonly past: Fold;
  /** Whether timelines go on without events whose projection fails. */
  readonly isAdvancing: boolean;
  /** What is durable of a session, at least as new as the store is now. */
  image(sessionId: string): Promise<SessionImage>;
  report(report: ErrorReport): void;
}
