import type { JsonObject } from "@bufbuild/protobuf";
import type { Immutable } from "../schema/immutable.js";

/** What projections can read of a session. */
export interface SessionInfo {
  readonly id: string;
  /** The result of `sessionMetadata` when the session began. It never changes, so projections may read it. */
  readonly metadata: Immutable<JsonObject>;
}
