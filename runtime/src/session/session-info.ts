import type { JsonObject } from "@bufbuild/protobuf";

/** What projections may know of a session. */
export interface SessionInfo {
  readonly id: string;
  /**
   * What the metadata factory made when the session began; stored with it.
   * Projections may read it because it never changes.
   */
  readonly metadata: Readonly<JsonObject>;
}
