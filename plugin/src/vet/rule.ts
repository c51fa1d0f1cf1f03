import type { Place, SchemaModel } from "../model/index.js";

/** A rule of the schema. */
export interface Rule {
  /** Unique, such as `SESSIONSTREAM_NAME_UNIQUE`. */
  readonly id: string;
  /** What the rule checks: a sentence. */
  readonly purpose: string;
  check(model: SchemaModel, report: Report): void;
}

/**
 * Reports a finding at a place. `related` are the other places that it is about,
 * in other files too.
 */
export type Report = (place: Place, message: string, related?: readonly Place[]) => void;
