import type { LedgerUpcasts } from "../../fixtures/gen/ledger/v1/ledger_sessionstream.js";

export const upcasts: LedgerUpcasts = {
  booked: {
    // error: 2559 Type 'Promise<
    1: async ({ payload }) => payload,
    // error: 2322 Type 'number' is not assignable to type 'bigint'
    2: ({ payload }) => ({ ...payload, amount: 1 }),
  },
  // error: 2322 Type '"ledger.v1.PaidInEvent"' is not assignable to type '"ledger.v1.BookedEvent"'
  paidIn: ({ payload }) => payload,
  // error: 2322 Type 'string' is not assignable to type 'bigint'
  credited: ({ payload: { holder } }) => ({ account: holder, euros: holder }),
};
