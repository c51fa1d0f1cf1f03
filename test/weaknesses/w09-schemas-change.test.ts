import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import {
  ErrorFrameSchema,
  HelloFrameSchema,
  PingFrameSchema,
  SubscribedFrameSchema,
} from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import { type DescEvent, type Feature, Hub } from "@sessionstream/runtime";
import { event, feature, timelineEntity } from "@sessionstream/runtime/codegen";
import { describe, expect, test } from "vitest";
import { BookedEventSchema } from "../fixtures/gen/ledger/v1/ledger_pb.js";
import {
  LedgerAccount,
  LedgerBook,
  LedgerBooked,
  LedgerPaidIn,
  LedgerShown,
  ledger,
} from "../fixtures/gen/ledger/v1/ledger_sessionstream.js";
import { ledgerOf, writeThen } from "../fixtures/ledger.js";
import { memoryPlace, places } from "../fixtures/stores.js";

// "Payloads are stored as JSON and unknown fields refused: a renamed field or a
// retired event name breaks old sessions. No versions, no upcasting."

const Note = timelineEntity("Note", HelloFrameSchema, "connectionId");

/** A feature with one event, whose payload is the connection id, first field of its message, under whatever name. */
function featureOf(desc: DescEvent, text: (payload: object) => string): Feature {
  return {
    desc: feature("Old", { events: [desc], timelineEntities: [Note] }),
    timeline: ({ payload }) => [Note.put({ connectionId: text(payload) })],
  };
}

describe("weakness 9: schemas change, sessions stay", () => {
  test("a renamed field does not break old sessions", async () => {
    // The binary format has numbers, no names: `connection_id` and `session_id` are both field 1.
    const place = memoryPlace();
    const Named = event("Named", HelloFrameSchema);
    const before = new Hub({ features: [featureOf(Named, () => "then")], store: place.open() });
    await before.publish("s", Named, { connectionId: "kept" });
    await before.close();

    const stored = place.open();
    const renaming = {
      ...stored,
      // The same message type under its new field name.
      events: async (id: string) =>
        (await stored.events(id)).map((one) => ({ ...one, type: SubscribedFrameSchema.typeName })),
    };
    const Renamed = event("Named", SubscribedFrameSchema);
    const after = new Hub({ features: [featureOf(Renamed, () => "now")], store: renaming });
    expect(await after.events("s")).toMatchObject([{ name: "Named", payload: { sessionId: "kept" } }]);
    await after.close();
  });

  test("a field that was removed is kept, not refused", async () => {
    const place = memoryPlace();
    const Wide = event("Wide", ErrorFrameSchema);
    const before = new Hub({ features: [featureOf(Wide, () => "x")], store: place.open() });
    await before.publish("s", Wide, { code: "c", message: "m", sessionId: "s", detail: "d" });
    await before.close();
    const stored = place.open();
    const store = { ...stored, events: async (id: string) => narrowed(await stored.events(id)) };
    const after = new Hub({ features: [featureOf(event("Wide", PingFrameSchema), () => "x")], store });
    const [read] = await after.events("s");
    expect(read?.payload).toMatchObject({ nonce: "c" });
    expect(read?.payload.$unknown?.map(({ no }) => no)).toEqual([2, 3, 4]);
    await after.close();
  });

  test("a retired event name does not break old sessions", async () => {
    const place = memoryPlace();
    const Retired = event("Retired", HelloFrameSchema);
    const before = new Hub({ features: [featureOf(Retired, () => "old")], store: place.open() });
    await before.publish("s", Retired, { connectionId: "1" });
    await before.close();

    const Fresh = event("Fresh", EmptySchema);
    const hub = new Hub({ features: [featureOf(Fresh, () => "new")], store: place.open() });
    await hub.publish("s", Fresh, create(EmptySchema));
    expect(await hub.session("s")).toMatchObject({ ordinal: 2n, cursor: 2n });
    expect((await hub.snapshot("s")).list(Note).map(({ connectionId }) => connectionId)).toEqual(["old", "new"]);
    expect((await hub.snapshot("s", { asOf: 1n })).ordinal).toBe(1n);
    const [retired] = await hub.events("s");
    expect(retired).toMatchObject({ name: "Retired", ordinal: 1n, payload: { $typeName: HelloFrameSchema.typeName } });
    expect(retired?.payload.$unknown?.map(({ no }) => no)).toEqual([1]);
    expect(await hub.rebuild("s")).toMatchObject({ cursor: 2n });
    expect((await hub.snapshot("s")).list(Note).map(({ connectionId }) => connectionId)).toEqual(["new"]);
    await hub.close();
  });
});

describe.each(places)("weakness 9: versions and upcasting, in %s", (_name, make) => {
  const booked = (amount: bigint) => ({ name: "LedgerBooked", payload: { account: "a", amount } });

  test("an event whose meaning changed is read in the version of today, whatever version it was stored in", async () => {
    const place = make();
    await writeThen(place.open());
    const store = place.open();
    const hub = new Hub({ features: [ledgerOf()], store });
    await hub.publish("s", LedgerBooked, { account: "a", amount: 11n });
    const stored = (await store.events("s")).filter(({ name }) => name === "LedgerBooked");
    expect(stored.map(({ version }) => version)).toEqual([1, 3]);
    const read = (await hub.events("s")).filter(({ ordinal }) => ordinal === 1n || ordinal === 4n);
    expect(read).toMatchObject([booked(300n), booked(11n)]);
    await hub.close();
  });

  test("raising the version again leaves old steps right: each turns its version into the next", async () => {
    const place = make();
    const version = (number: number) => event("LedgerBooked", BookedEventSchema, { version: number });
    await writeThen(place.open());
    // A release between then and today, when amounts were in cents already.
    const between = { desc: feature("Ledger", { events: [version(2)] }), upcast: () => ({}) };
    const before = new Hub({ features: [between], store: place.open() });
    await before.publish("s", version(2), { account: "A", amount: 11n });
    await before.close();
    const hub = new Hub({ features: [ledgerOf()], store: place.open() });
    const read = await hub.events("s");
    expect([read[0], read[3]]).toMatchObject([booked(300n), booked(11n)]);
    await hub.close();
  });

  test("a retired event name does not even lose its events: upcasting turns them into their successors", async () => {
    const place = make();
    await writeThen(place.open());
    const hub = new Hub({ features: [ledgerOf()], store: place.open() });
    expect(await hub.events("s")).toMatchObject([booked(300n), booked(500n), booked(700n)]);
    await expect(hub.publish("s", LedgerPaidIn as never, {})).rejects.toThrow('publish "LedgerBooked" instead');
    await hub.close();
  });

  test("an old session goes on: its timeline is rebuilt in the shape of today, and the log keeps what was written", async () => {
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

  test("an upcast that fails stops no session: the event is on record, and is read once the upcast is mended", async () => {
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
  });
});

function narrowed<T extends { readonly type: string }>(events: readonly T[]): T[] {
  return events.map((one) => ({ ...one, type: PingFrameSchema.typeName }));
}
