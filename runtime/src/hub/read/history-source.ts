import type { SchemaRegistry } from "../../schema/registry.js";
import type { Fold } from "../project/fold.js";
import type { FoldSource } from "../project/stored-fold.js";

/** What sessions are read from. */
export interface HistorySource extends FoldSource {
  readonly registry: SchemaRegistry;
  /** For what is read of the past: an event whose projection fails has no effect on it. */
  readonly past: Fold;
}
