import { isRejected } from "@sessionstream/runtime";
import { DeskApprove, DeskAsk } from "../../fixtures/gen/desk/v1/desk_sessionstream.js";

/** Complete: the compiler asks for no other case. */
export function explain(error: unknown): string {
  if (!isRejected(error, DeskApprove)) return isRejected(error) ? error.rejection.message : "failed";
  switch (error.rejection.code) {
    case "APPROVAL_CLOSED":
      return error.rejection.detail?.outcome ?? "closed";
    case "NOT_ASKED":
      return "not asked";
  }
}

// error: 2366 lacks ending return statement
export function incomplete(error: unknown): string {
  if (!isRejected(error, DeskApprove)) return "";
  switch (error.rejection.code) {
    case "NOT_ASKED":
      return "not asked";
  }
}

export function mistaken(error: unknown): unknown {
  if (isRejected(error, DeskAsk) && error.rejection.code === "ANYTHING") return error.rejection.detail?.$typeName;
  if (!isRejected(error, DeskApprove)) return undefined;
  // error: 2367 '"APPROVAL_OPEN"' have no overlap
  if (error.rejection.code === "APPROVAL_OPEN") return undefined;
  if (error.rejection.code === "NOT_ASKED") {
    // error: 2339 'outcome' does not exist on type 'never'
    return error.rejection.detail?.outcome;
  }
  // error: 18048 'error.rejection.detail' is possibly 'undefined'
  return error.rejection.detail.outcome;
}
