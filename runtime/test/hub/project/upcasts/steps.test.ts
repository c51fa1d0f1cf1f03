import { type DescEvent, type Feature, Hub, type OldEvent } from "@sessionstream/runtime";
import { event, feature, supersededEvent } from "@sessionstream/runtime/codegen";
import { expect, test } from "vitest";
import { BookedEventSchema } from "../../../../../test/fixtures/gen/ledger/v1/ledger_pb.js";
import type { LedgerUpcasts } from "../../../../../test/fixtures/gen/ledger/v1/ledger_sessionstream.js";
import { ledgerOf, writeThen } from "../../../../../test/fixtures/ledger.js";
import { memoryPlace, places } from "../../../../../test/fixtures/stores.js";
import { thenAt, today } from "./then.js";

test("each step of an upcast is given the event as it was published, or as the step before made it", async () => {
  const store = await thenAt(memoryPlace());
  const given: OldEvent[] = [];
  const booked: LedgerUpcasts["booked"] = {
    1(event) {
      given.push(event);
      return { ...event.payload, amount: 4n };
    },
    2(event) {
      given.push(event);
      return event.payload;
    },
  };
  const hub = new Hub({ features: [ledgerOf({ upcasts: { booked } })], store, sessionMetadata: () => ({}) });
  const [stored] = await store.events("s");
  await hub.events("s", { limit: 1 });
  const step = (version: number, amount: bigint) => ({
    ...today(amount),
    version,
    ordinal: 1n,
    time: stored?.time,
    meta: {},
    session: { id: "s", metadata: {} },
  });
  expect(given).toEqual([step(1, 3n), step(2, 4n)]);
  await hub.close();
});

/** A feature by hand whose upcast notes in the account what it was called for. */
function noting(desc: Feature["desc"]): Feature {
  return {
    desc,
    upcast: ({ name, version, payload }) => {
      const account = `${(payload as { account?: string }).account} ${name}${version}`;
      return { $typeName: payload.$typeName, account };
    },
  };
}

/** Publishes events in a store of then, and returns the accounts of what a feature of today makes of them. */
async function accounts(then: readonly DescEvent<string, typeof BookedEventSchema>[], desc: Feature["desc"]) {
  const place = memoryPlace();
  for (const published of then) {
    // One hub each, as the versions of one event are those of several releases.
    const hub = new Hub({ features: [noting(feature("Noting", { events: [published] }))], store: place.open() });
    await hub.publish("s", published, { account: "" });
    await hub.close();
  }
  const hub = new Hub({ features: [noting(desc)], store: place.open() });
  const events = await hub.events("s");
  await hub.close();
  return events.map(({ name, payload }) => `${name}:${(payload as { account?: string }).account}`);
}

const version = (number: number, name = "E") => event(name, BookedEventSchema, { version: number });

test("an event goes from the version that it was published in through each step up to that of today", async () => {
  const then = [version(1), version(2), version(3)];
  const read = (today: number) => accounts(then, feature("Noting", { events: [version(today)] }));
  // A later version, from before a roll-back, is read as it is.
  expect(await read(1)).toEqual(["E:", "E:", "E:"]);
  expect(await read(2)).toEqual(["E: E1", "E:", "E:"]);
  expect(await read(3)).toEqual(["E: E1 E2", "E: E2", "E:"]);
  expect(await read(4)).toEqual(["E: E1 E2 E3", "E: E2 E3", "E: E3"]);
});

test("a superseded event becomes version 1 of its successor, whose steps follow", async () => {
  const then = [version(1, "First"), version(1, "Second"), version(2, "Second"), version(3, "Second")];
  const desc = feature("Noting", {
    events: [version(3, "Last")],
    supersededEvents: [
      supersededEvent("Second", BookedEventSchema, { by: "Last", version: 2 }),
      supersededEvent("First", BookedEventSchema, { by: "Second" }),
    ],
  });
  expect(await accounts(then, desc)).toEqual([
    "Last: First1 Second1 Last1 Last2",
    "Last: Second1 Last1 Last2",
    "Last: Second2 Last1 Last2",
    // Of a later version than the schema's: no projection would know it as it is.
    "Last: Second3 Last1 Last2",
  ]);
});

test.each(places)(
  "raising the version again leaves old steps right: each turns its version into the next, on %s",
  async (_name, make) => {
    const place = make();
    const booked = (number: number) => event("LedgerBooked", BookedEventSchema, { version: number });
    await writeThen(place.open());
    // A release between then and today, when amounts were in cents already.
    const between = { desc: feature("Ledger", { events: [booked(2)] }), upcast: () => ({}) };
    const before = new Hub({ features: [between], store: place.open() });
    await before.publish("s", booked(2), { account: "A", amount: 11n });
    await before.close();
    const hub = new Hub({ features: [ledgerOf()], store: place.open() });
    const read = await hub.events("s");
    expect([read[0], read[3]]).toMatchObject([today(300n), today(11n)]);
    await hub.close();
  },
);
