import { ignore } from "@sessionstream/runtime";
import type { LedgerTimelineProjection } from "../../fixtures/gen/ledger/v1/ledger_sessionstream.js";

export const timeline: LedgerTimelineProjection = {
  booked: ignore,
  closed: ignore,
  // error: 2353 'paidIn' does not exist in type 'LedgerTimelineProjection'
  paidIn: ignore,
};
