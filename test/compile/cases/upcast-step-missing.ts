import type { LedgerUpcasts } from "../../fixtures/gen/ledger/v1/ledger_sessionstream.js";

// Written when the version was 2. It has been raised since.
export const upcasts: LedgerUpcasts = {
  // error: 2741 Property '2' is missing
  booked: {
    1: ({ payload }) => ({ ...payload, amount: payload.amount * 100n }),
  },
  paidIn: ({ payload: { account, euros } }) => ({ account, amount: euros }),
  credited: ({ payload: { holder, euros } }) => ({ account: holder, euros }),
};

// An upcast without steps, as a superseded event has it.
export const withoutSteps: LedgerUpcasts = {
  ...upcasts,
  // error: 2322 Type '() => {}' is not assignable to type '{ readonly 1: Upcaster<
  booked: () => ({}),
};

export const ahead: LedgerUpcasts = {
  ...upcasts,
  booked: {
    1: ({ payload }) => payload,
    2: ({ payload }) => payload,
    // error: 2353 '3' does not exist in type
    3: () => ({}),
  },
};
