import { type BackendEvent, type ErrorReport, Hub } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import {
  LedgerAccount,
  LedgerBooked,
  type LedgerUpcasts,
} from "../../../../../test/fixtures/gen/ledger/v1/ledger_sessionstream.js";
import { type LedgerSwitches, ledgerOf, writeThen } from "../../../../../test/fixtures/ledger.js";
import { memoryPlace, places } from "../../../../../test/fixtures/stores.js";
import { cents, thenAt, today } from "./then.js";

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
    [
      "changes the event that it is given",
      ({ payload }: BackendEvent) => Object.assign(payload, { account: "x" }),
      "what upcasts are given is immutable, so change a copy",
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

test.each(places)(
  "an upcast that fails stops no session: the event is on record, and is read once the upcast is mended, on %s",
  async (_name, make) => {
    const place = make();
    await writeThen(place.open());
    const broken = ledgerOf({
      upcasts: {
        booked: {
          1: () => {
            throw new Error("no rate");
          },
          2: ({ payload }) => payload,
        },
      },
    });
    const hub = new Hub({ features: [broken], store: place.open(), onError: () => {} });
    await expect(hub.rebuild("s")).rejects.toMatchObject({ code: "UPCAST_FAILED" });
    expect(await hub.errors("s")).toMatchObject([{ step: "decode", ordinal: 1n, name: "LedgerBooked" }]);
    expect(await hub.publish("s", LedgerBooked, { account: "a", amount: 11n })).toEqual({ ordinal: 4n });
    await hub.close();

    const mended = new Hub({ features: [ledgerOf()], store: place.open() });
    expect(await mended.rebuild("s")).toMatchObject({ ordinal: 4n, cursor: 4n });
    expect((await mended.snapshot("s")).get(LedgerAccount, "a")?.cents).toBe(1511n);
    await mended.close();
  },
);
