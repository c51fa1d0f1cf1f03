import { Hub, type OldEvent } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { collected } from "../../../../../test/fixtures/collected.js";
import {
  LedgerAccount,
  LedgerBook,
  LedgerBooked,
  LedgerClosed,
  LedgerShown,
  type LedgerUpcasts,
  ledger,
} from "../../../../../test/fixtures/gen/ledger/v1/ledger_sessionstream.js";
import { ledgerOf, writeThen } from "../../../../../test/fixtures/ledger.js";
import { places } from "../../../../../test/fixtures/stores.js";
import { commit } from "../../../../src/testing/store/batches.js";
import { cents, thenAt, today } from "./then.js";

describe.each(places)("a log of then, read from %s,", (_name, make) => {
  test("is upcast by events: names and payloads are of today, what is stored stays", async () => {
    const place = make();
    const store = await thenAt(place);
    const before = await store.events("s");
    const hub = new Hub({ features: [ledgerOf()], store });
    const events = await hub.events("s");
    expect(events).toMatchObject([today(300n), today(500n), today(700n)]);
    expect(Object.keys(events[0] ?? {}).sort()).toEqual(["meta", "name", "ordinal", "payload", "session", "time"]);
    expect(events.map(({ ordinal, time }) => [ordinal, time])).toEqual(
      before.map(({ ordinal, time }) => [ordinal, time]),
    );
    await hub.rebuild("s");
    expect((await store.events("s")).map(({ name, version, type }) => [name, version, type])).toEqual([
      ["LedgerBooked", 1, "ledger.v1.BookedEvent"],
      ["LedgerPaidIn", 1, "ledger.v1.PaidInEvent"],
      ["LedgerCredited", 1, "ledger.v1.CreditedEvent"],
    ]);
    expect(await store.events("s")).toEqual(before);
    await hub.close();
  });

  test("is upcast by rebuild, with what is published since", async () => {
    const hub = new Hub({ features: [ledgerOf()], store: await thenAt(make()) });
    expect((await hub.snapshot("s")).get(LedgerAccount, "then")).toBeDefined();
    await hub.submit("s", LedgerBook, { account: "a", cents: 11n });
    expect(await hub.rebuild("s")).toMatchObject({ ordinal: 4n, cursor: 4n });
    expect(await cents(hub)).toBe(1511n);
    expect((await hub.snapshot("s")).get(LedgerAccount, "then")).toBeUndefined();
    await hub.close();
  });

  test("is upcast by a snapshot of the past", async () => {
    const place = make();
    const before = new Hub({ features: [ledgerOf()], store: await thenAt(place) });
    await before.publish("s", LedgerClosed, { account: "a" });
    // With it, the stored timeline comes to the end of the log.
    await before.close();
    const hub = new Hub({ features: [ledgerOf()], store: place.open() });
    expect([await cents(hub, 1n), await cents(hub, 2n), await cents(hub, 3n)]).toEqual([300n, 800n, 1500n]);
    await hub.close();
  });

  test("is upcast by retry, and by hydrate for the events that the timeline lacks", async () => {
    const place = make();
    const store = await thenAt(place);
    // The timeline stood before all of it.
    const { revision = 0, epoch = "" } = (await store.session("s")) ?? {};
    await commit(store, { revision, epoch, failedAt: 1n, replaceTimeline: true });
    const hub = new Hub({ features: [ledgerOf()], store });
    const missed = await collected((await hub.hydrate("s")).missed());
    expect(missed.map(({ events }) => events.map(({ payload }) => payload))).toMatchObject([
      [{ account: "a", cents: 300n }],
      [{ account: "a", cents: 500n }],
      [{ account: "a", cents: 700n }],
    ]);
    expect(await hub.retry("s")).toMatchObject({ ordinal: 3n, cursor: 3n });
    expect(await cents(hub)).toBe(1500n);
    await hub.close();
  });

  test("has events of today's version from now on, which no upcast sees", async () => {
    const store = await thenAt(make());
    const seen: [version: number, ordinal: bigint][] = [];
    const see = ({ version, payload, ordinal }: OldEvent<typeof LedgerBooked>) => {
      seen.push([version, ordinal]);
      return payload;
    };
    const booked: LedgerUpcasts["booked"] = { 1: see, 2: see };
    const hub = new Hub({ features: [ledgerOf({ upcasts: { booked } })], store });
    await hub.publish("s", LedgerBooked, { account: "a", amount: 11n });
    await hub.publish("s", LedgerClosed, { account: "b" });
    expect((await store.events("s", { after: 3n })).map(({ name, version }) => [name, version])).toEqual([
      ["LedgerBooked", 3],
      ["LedgerClosed", 1],
    ]);
    await hub.rebuild("s");
    expect(seen).toEqual([1n, 2n, 3n].flatMap((ordinal) => [1, 2].map((version) => [version, ordinal])));
    await hub.close();
  });

  test("gives an event in the version of today, whatever version it was stored in", async () => {
    const place = make();
    await writeThen(place.open());
    const store = place.open();
    const hub = new Hub({ features: [ledgerOf()], store });
    await hub.publish("s", LedgerBooked, { account: "a", amount: 11n });
    const stored = (await store.events("s")).filter(({ name }) => name === "LedgerBooked");
    expect(stored.map(({ version }) => version)).toEqual([1, 3]);
    const read = (await hub.events("s")).filter(({ ordinal }) => ordinal === 1n || ordinal === 4n);
    expect(read).toMatchObject([today(300n), today(11n)]);
    await hub.close();
  });

  test("goes on: its timeline is rebuilt in the shape of today, and the log keeps what was written", async () => {
    const place = make();
    await writeThen(place.open());
    const store = place.open();
    const written = await store.events("s");
    const hub = new Hub({ features: [ledgerOf()], store });
    const shown: unknown[] = [];
    hub.client("s", ledger).on(LedgerShown, ({ payload }) => shown.push(payload));
    expect((await hub.snapshot("s", { asOf: 2n })).get(LedgerAccount, "a")?.cents).toBe(800n);
    await hub.rebuild("s");
    await hub.submit("s", LedgerBook, { account: "a", cents: 11n });
    expect((await hub.snapshot("s")).list(LedgerAccount)).toMatchObject([{ account: "a", cents: 1511n }]);
    expect(shown).toMatchObject([{ account: "a", cents: 11n }]);
    expect((await store.events("s")).slice(0, 3)).toEqual(written);
    await hub.close();
  });
});
