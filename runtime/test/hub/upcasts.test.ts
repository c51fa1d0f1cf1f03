import {
  type BackendEvent,
  type DescEvent,
  type ErrorReport,
  event,
  feature,
  Hub,
  type OldEvent,
  type Store,
  supersededEvent,
} from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { BookedEventSchema } from "../../../test/fixtures/gen/ledger/v1/ledger_pb.js";
import {
  LedgerAccount,
  LedgerBook,
  LedgerBooked,
  LedgerClosed,
  LedgerCredited,
  LedgerPaidIn,
  type LedgerUpcasts,
  LedgerWork,
} from "../../../test/fixtures/gen/ledger/v1/ledger_sessionstream.js";
import { BookedThen, type LedgerSwitches, ledgerOf, writeThen } from "../../../test/fixtures/ledger.js";
import { memoryPlace, type Place, places } from "../../../test/fixtures/stores.js";

const today = (amount: bigint) => ({
  name: "LedgerBooked",
  payload: { $typeName: "ledger.v1.BookedEvent", account: "a", amount },
});

async function thenAt(place: Place): Promise<Store> {
  await writeThen(place.open());
  return place.open();
}

async function cents(hub: Hub, asOf?: bigint): Promise<bigint | undefined> {
  return (await hub.snapshot("s", asOf === undefined ? {} : { asOf })).get(LedgerAccount, "a")?.cents;
}

describe.each(places)("a log of then, read from %s,", (_name, make) => {
  test("is upcast by events: names and payloads are of today, what is stored stays", async () => {
    const place = make();
    const store = await thenAt(place);
    const before = await store.events("s");
    const hub = new Hub({ features: [ledgerOf()], store });
    const events = await hub.events("s");
    expect(events).toMatchObject([today(300n), today(500n), today(700n)]);
    expect(Object.keys(events[0] ?? {}).sort()).toEqual(["name", "ordinal", "payload", "session", "time"]);
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
    const hub = new Hub({ features: [ledgerOf()], store: await thenAt(make()) });
    await hub.publish("s", LedgerClosed, { account: "a" });
    expect([await cents(hub, 1n), await cents(hub, 2n), await cents(hub, 3n)]).toEqual([300n, 800n, 1500n]);
    await hub.close();
  });

  test("is upcast by retry, and by hydrate for the events that the timeline lacks", async () => {
    const place = make();
    const store = await thenAt(place);
    // The timeline stood before all of it.
    await store.commit([
      {
        sessionId: "s",
        revision: (await store.session("s"))?.revision ?? 0,
        metadata: {},
        events: [],
        cursor: 0n,
        epoch: "another",
        entities: [],
        replaceTimeline: true,
        errors: [],
        commands: [],
      },
    ]);
    const hub = new Hub({ features: [ledgerOf()], store });
    const { missed } = await hub.hydrate("s");
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
    const seen: bigint[] = [];
    const booked: LedgerUpcasts["booked"] = ({ payload, ordinal }) => {
      seen.push(ordinal);
      return payload;
    };
    const hub = new Hub({ features: [ledgerOf({ upcasts: { booked } })], store });
    await hub.publish("s", LedgerBooked, { account: "a", amount: 11n });
    await hub.publish("s", LedgerClosed, { account: "b" });
    expect((await store.events("s", { after: 3n })).map(({ name, version }) => [name, version])).toEqual([
      ["LedgerBooked", 2],
      ["LedgerClosed", 1],
    ]);
    await hub.rebuild("s");
    expect(seen).toEqual([1n]);
    await hub.close();
  });
});

test("an upcast is given the event as it was published", async () => {
  const store = await thenAt(memoryPlace());
  const given: OldEvent[] = [];
  const booked: LedgerUpcasts["booked"] = (event) => {
    given.push(event);
    return event.payload;
  };
  const hub = new Hub({ features: [ledgerOf({ upcasts: { booked } })], store, sessionMetadata: () => ({}) });
  const [stored] = await store.events("s");
  await hub.events("s", { limit: 1 });
  expect(given).toEqual([
    {
      name: "LedgerBooked",
      payload: { $typeName: "ledger.v1.BookedEvent", account: "a", amount: 3n },
      version: 1,
      ordinal: 1n,
      time: stored?.time,
      session: { id: "s", metadata: {} },
    },
  ]);
  await hub.close();
});

test("a chain of superseded events goes through each upcast, in the version that the one before it makes", async () => {
  const place = memoryPlace();
  const First = event("First", BookedEventSchema);
  const then = new Hub({ features: [{ desc: feature("Chain", { events: [First] }) }], store: place.open() });
  await then.publish("s", First, { account: "first" });
  await then.close();

  const seen: [name: string, version: number][] = [];
  const hub = new Hub({
    features: [
      {
        desc: feature("Chain", {
          events: [event("Last", BookedEventSchema, { version: 3 })],
          supersededEvents: [
            supersededEvent("Second", BookedEventSchema, { by: "Last", version: 2 }),
            supersededEvent("First", BookedEventSchema, { by: "Second" }),
          ],
        }),
        upcast: ({ name, version, payload }) => {
          seen.push([name, version]);
          return { ...payload, account: `${(payload as { account?: string }).account} and ${name}` };
        },
      },
    ],
    store: place.open(),
  });
  expect(await hub.events("s")).toMatchObject([{ name: "Last", payload: { account: "first and First and Second" } }]);
  // What comes of Second is of the version that Last has today, so Last has no upcast of it.
  expect(seen).toEqual([
    ["First", 1],
    ["Second", 2],
  ]);
  await hub.close();
});

describe("a superseded event is refused, and the message names its successor", () => {
  const refused = {
    code: "UNKNOWN_NAME",
    message: 'event "LedgerPaidIn" is superseded and can only be read from logs: publish "LedgerBooked" instead',
    context: { name: "LedgerPaidIn" },
  };
  const untyped = LedgerPaidIn as unknown as DescEvent;

  test("by the hub", async () => {
    const hub = new Hub({ features: [ledgerOf()] });
    await expect(hub.publish("s", untyped, {})).rejects.toMatchObject(refused);
    await expect(hub.publish("s", LedgerCredited as unknown as DescEvent, {})).rejects.toThrow(
      'publish "LedgerBooked" instead',
    );
    expect(await hub.session("s")).toMatchObject({ ordinal: 0n });
    await hub.close();
  });

  test("in a handler", async () => {
    const work: LedgerSwitches["work"] = async ({ publish }) => {
      await publish(untyped, {});
    };
    const hub = new Hub({ features: [ledgerOf({ work })] });
    await expect(hub.submit("s", LedgerWork, {})).rejects.toMatchObject(refused);
    await hub.close();
  });
});

describe("a feature that needs an upcast and has none is refused when the hub is made", () => {
  test.each([
    [
      "a raised version",
      feature("Hand", { events: [event("A", BookedEventSchema), event("B", BookedEventSchema, { version: 2 })] }),
      'event "B" has version 2',
    ],
    [
      "a superseded event",
      feature("Hand", {
        events: [event("A", BookedEventSchema)],
        supersededEvents: [supersededEvent("B", BookedEventSchema, { by: "A" })],
      }),
      'event "B" is superseded by "A"',
    ],
  ])("%s", (_what, desc, why) => {
    expect(() => new Hub({ features: [{ desc }] })).toThrow(
      expect.objectContaining({
        code: "INVALID_OPTION",
        message: `hub option features: got the feature "Hand" without \`upcast\`, want one, for ${why}`,
      }),
    );
    expect(() => new Hub({ features: [{ desc, upcast: ({ payload }) => payload }] })).not.toThrow();
  });
});

test("an event of a newer version than the schema's, from before a roll-back, is read as it is", async () => {
  const place = memoryPlace();
  const later = new Hub({ features: [ledgerOf()], store: place.open() });
  await later.publish("s", LedgerBooked, { account: "a", amount: 11n });
  await later.close();
  const earlier = new Hub({ features: [{ desc: feature("Ledger", { events: [BookedThen] }) }], store: place.open() });
  expect(await earlier.events("s")).toMatchObject([today(11n)]);
  await earlier.close();
});

describe("an upcast that fails is an event that cannot be read", () => {
  const failing: [what: string, upcast: unknown, message: string][] = [
    [
      "throws",
      () => {
        throw new Error("no rate");
      },
      "no rate",
    ],
    ["returns what the message cannot hold", () => ({ account: 5 }), 'event "LedgerBooked" payload invalid: account: '],
    [
      "returns a field that the message lacks",
      () => ({ acount: "a" }),
      'event "LedgerBooked" payload invalid: acount: ledger.v1.BookedEvent has no field "acount"',
    ],
    [
      "returns the event as it was, of another type",
      ({ payload }: BackendEvent) => payload,
      "payload type mismatch: got ledger.v1.PaidInEvent want ledger.v1.BookedEvent",
    ],
    ["returns nothing", () => undefined, "payload type mismatch: got undefined want ledger.v1.BookedEvent"],
    [
      "returns a promise",
      async () => {
        throw new Error("rejected");
      },
      "it returned a promise, want the payload itself: upcasts are synchronous",
    ],
  ];

  async function brokenHub(upcast: unknown, timeline: "fail" | "advance") {
    const reports: ErrorReport[] = [];
    const switches: LedgerSwitches = { upcasts: { paidIn: upcast as LedgerUpcasts["paidIn"] } };
    const hub = new Hub({
      features: [ledgerOf(switches)],
      store: await thenAt(memoryPlace()),
      onProjectionError: { timeline },
      onError: (report) => reports.push(report),
    });
    return { hub, reports };
  }

  test.each(failing)("when it %s", async (_what, upcast, message) => {
    const { hub } = await brokenHub(upcast, "fail");
    expect(await hub.events("s", { limit: 1 })).toMatchObject([today(300n)]);
    await expect(hub.events("s")).rejects.toMatchObject({
      code: "UPCAST_FAILED",
      message: expect.stringMatching(/^upcast of event "LedgerPaidIn" of version 1 at ordinal 2 failed: /),
      context: { sessionId: "s", name: "LedgerPaidIn", ordinal: 2n },
      cause: expect.any(Error),
    });
    await expect(hub.events("s")).rejects.toThrow(message);
    await hub.close();
  });

  const [, throws] = failing[0] ?? [];

  test("under the policy fail, a rebuild is refused and the old timeline stays", async () => {
    const { hub, reports } = await brokenHub(throws, "fail");
    await expect(hub.rebuild("s")).rejects.toMatchObject({ code: "UPCAST_FAILED" });
    expect(await hub.session("s")).toMatchObject({ ordinal: 3n, cursor: 3n });
    expect((await hub.snapshot("s")).get(LedgerAccount, "then")).toBeDefined();
    expect(await hub.errors("s")).toMatchObject([
      { step: "decode", ordinal: 2n, name: "LedgerPaidIn", message: expect.stringContaining("no rate") },
    ]);
    expect(reports).toMatchObject([{ step: "decode", sessionId: "s", ordinal: 2n, name: "LedgerPaidIn" }]);
    await hub.close();
  });

  test("under the policy advance, the timeline goes on without the event, which is on record", async () => {
    const { hub } = await brokenHub(throws, "advance");
    expect(await hub.rebuild("s")).toMatchObject({ ordinal: 3n, cursor: 3n });
    // The event at ordinal 3 becomes a LedgerPaidIn on its way, and so fails likewise.
    expect(await cents(hub)).toBe(300n);
    expect(await hub.errors("s")).toMatchObject([
      { step: "decode", ordinal: 2n, name: "LedgerPaidIn" },
      {
        step: "decode",
        ordinal: 3n,
        name: "LedgerCredited",
        message: 'upcast of event "LedgerPaidIn" of version 1 at ordinal 3 failed: no rate',
      },
    ]);
    expect(await cents(hub, 2n)).toBe(300n);
    await hub.close();
  });
});
