import type { Hub } from "@sessionstream/runtime";
import { type LedgerHandlers, LedgerPaidIn } from "../../fixtures/gen/ledger/v1/ledger_sessionstream.js";

export const handlers: LedgerHandlers = {
  async book({ publish }) {
    // error: 2345 'DescSupersededEvent<"LedgerPaidIn"
    await publish(LedgerPaidIn, { account: "a" });
  },
  // It may publish any event.
  async work({ publish }) {
    // error: 2345 'DescSupersededEvent<"LedgerPaidIn"
    await publish(LedgerPaidIn, { account: "a" });
  },
};

export async function publish(hub: Hub): Promise<void> {
  // error: 2769 'DescSupersededEvent<"LedgerPaidIn"
  await hub.publish("s", LedgerPaidIn, { account: "a" });
}
