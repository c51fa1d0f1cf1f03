import {
  DeskDecided,
  type DeskHandlers,
} from "../../fixtures/gen/desk/v1/desk_sessionstream.js";

export const handlers: DeskHandlers = {
  // Declares nothing: any code.
  ask({ reject }) {
    throw reject("WHATEVER", { message: "no" });
  },
  async approve({ payload: { approvalId }, decide, reject }) {
    await decide(() => {
      if (approvalId === "1") throw reject("APPROVAL_CLOSED", { detail: { outcome: "approved", decidedAt: 1n } });
      if (approvalId === "2") throw reject("NOT_ASKED");
      // error: 2345 '"APPROVAL_CLOSED" | "NOT_ASKED"'
      if (approvalId === "3") throw reject("APPROVAL_OPEN");
      // error: 2322 'bigint'
      if (approvalId === "4") throw reject("APPROVAL_CLOSED", { detail: { decidedAt: "yesterday" } });
      // error: 2353 'state' does not exist
      if (approvalId === "5") throw reject("APPROVAL_CLOSED", { detail: { state: "approved" } });
      // error: 2322 is not assignable to type 'undefined'
      if (approvalId === "6") throw reject("NOT_ASKED", { detail: { outcome: "approved" } });
      return [DeskDecided.of({ approvalId, outcome: "approved" })];
    });
  },
  // error: 2322 'RejectedError<Rejection<string, DescMessage | undefined>>'
  dismiss: ({ reject }) => reject("NOT_ASKED"),
};
