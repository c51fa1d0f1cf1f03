import {
  type BackendEvent,
  type DescEvent,
  type ErrorReport,
  type Feature,
  Hub,
  type OldEvent,
  type Store,
} from "@sessionstream/runtime";
import { event, feature, supersededEvent } from "@sessionstream/runtime/codegen";
import type { StoredEvent } from "@sessionstream/runtime/store";
import { describe, expect, test } from "vitest";
import { BookedEventSchema } from "../../../../../test/fixtures/gen/ledger/v1/ledger_pb.js";
import {
  LedgerAccount,
  LedgerBook,
  LedgerBooked,
  LedgerClosed,
  LedgerCredited,
  LedgerPaidIn,
  type LedgerUpcasts,
  LedgerWork,
} from "../../../../../test/fixtures/gen/ledger/v1/ledger_sessionstream.js";
import { type LedgerSwitches, ledgerOf, writeThen } from "../../../../../test/fixtures/ledger.js";
import { memoryPlace, type Place, places } from "../../../../../test/fixtures/stores.js";

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
        keys: [],
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
});

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
    expect(() => new Hub({ features: [ledgerOf(), { desc }] })).toThrow('the feature "Hand" without `upcast`');
  });
});

describe("an event of a log that is not what the schema says is refused", () => {
  async function reading(change: Partial<StoredEvent>): Promise<unknown> {
    const store = await thenAt(memoryPlace());
    const events: Store["events"] = async (...page) =>
      (await store.events(...page)).map((stored) => ({ ...stored, ...change }));
    const hub = new Hub({ features: [ledgerOf()], store: { ...store, events } });
    return hub.events("s", { limit: 1 }).catch((thrown: unknown) => thrown);
  }
  const context = { sessionId: "s", name: "LedgerBooked", ordinal: 1n };

  test("of another type", async () => {
    expect(await reading({ type: "ledger.v1.PaidInEvent" })).toMatchObject({
      code: "PAYLOAD_TYPE_MISMATCH",
      message:
        'event "LedgerBooked" at ordinal 1 payload type mismatch: got ledger.v1.PaidInEvent want ledger.v1.BookedEvent',
      context,
    });
  });

  test("of bytes that are no such message, with why as the cause", async () => {
    expect(await reading({ payload: Uint8Array.of(255) })).toMatchObject({
      code: "INVALID_PAYLOAD",
      message: expect.stringMatching(/^event "LedgerBooked" at ordinal 1 payload invalid: ./),
      context,
      cause: expect.any(Error),
    });
  });
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
