import type { Hub, Store } from "@sessionstream/runtime";
import { LedgerAccount } from "../../../../../test/fixtures/gen/ledger/v1/ledger_sessionstream.js";
import { writeThen } from "../../../../../test/fixtures/ledger.js";
import type { Place } from "../../../../../test/fixtures/stores.js";

/** What the events of `writeThen` are today. */
export const today = (amount: bigint) => ({
  name: "LedgerBooked",
  payload: { $typeName: "ledger.v1.BookedEvent", account: "a", amount },
});

/** A store with the log of then. */
export async function thenAt(place: Place): Promise<Store> {
  await writeThen(place.open());
  return place.open();
}

/** What the account has, as it is or as it was. */
export async function cents(hub: Hub, asOf?: bigint): Promise<bigint | undefined> {
  return (await hub.snapshot("s", asOf === undefined ? {} : { asOf })).get(LedgerAccount, "a")?.cents;
}
