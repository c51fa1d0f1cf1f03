import type { Location, SchemaModel } from "../../model/index.js";

/** A rule of the schema. */
export interface Rule {
  /** Unique, such as `SESSIONSTREAM_NAME_UNIQUE`. */
  readonly id: string;
  /** What the rule checks, as a sentence. */
  readonly purpose: string;
  check(model: SchemaModel, report: Report): void;
}

/**
 * Reports a finding at a location. `related` are the other locations that the finding
 * is about. They may be in other files.
 */
export type Report = (location: Location, message: string, related?: readonly Location[]) => void;
