import { isLogicalName, logicalNameForm } from "@sessionstream/proto/schema-facts";
import { SessionstreamError } from "../base/errors.js";

/**
 * Checks a logical name. `what` says what has the name, as in `command`.
 *
 * @throws SessionstreamError INVALID_NAME.
 */
export function checkName(what: string, name: string): void {
  if (name === "") throw new SessionstreamError("INVALID_NAME", `${what} name is empty`);
  if (!isLogicalName(name)) {
    throw new SessionstreamError(
      "INVALID_NAME",
      `${what} name ${JSON.stringify(name)} is not an identifier: want ${logicalNameForm}`,
      { name },
    );
  }
}
