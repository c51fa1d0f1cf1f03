import { ignore } from "@sessionstream/runtime";
import { type LedgerUpcasts, ledgerFeature } from "../../fixtures/gen/ledger/v1/ledger_sessionstream.js";

// error: 2741 Property 'paidIn' is missing
export const upcasts: LedgerUpcasts = {
  booked: { 1: ({ payload }) => payload, 2: ({ payload }) => payload },
  credited: ({ payload: { holder, euros } }) => ({ account: holder, euros }),
};

export const feature = ledgerFeature(
  // error: 2741 Property 'upcasts' is missing
  {
    handlers: { book() {}, work() {} },
    ui: { booked: ignore, closed: ignore },
    timeline: { booked: ignore, closed: ignore },
  },
);
