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
import { memoryPlace, wrapStore } from "../../../../test/fixtures/stores.js";

const Note = timelineEntity("Note", HelloFrameSchema, "connectionId");

/** A feature with one event, whose payload is the connection id, first field of its message, under whatever name. */
function featureOf(desc: DescEvent, text: (payload: object) => string, retired: readonly string[] = []): Feature {
  return {
    desc: feature("Old", { events: [desc], timelineEntities: [Note], retired }),
    timeline: ({ payload }) => [Note.put({ connectionId: text(payload) })],
  };
}

describe("a schema changes, sessions stay", () => {
  test("a renamed field does not break old sessions", async () => {
    // The binary format has numbers, no names: `connection_id` and `session_id` are both field 1.
    const place = memoryPlace();
    const Named = event("Named", HelloFrameSchema);
    const before = new Hub({ features: [featureOf(Named, () => "then")], store: place.open() });
    await before.publish("s", Named, { connectionId: "kept" });
    await before.close();

    const stored = place.open();
    const renaming = wrapStore(stored, {
      // The same message type under its new field name.
      events: async (id) => (await stored.events(id)).map((one) => ({ ...one, type: SubscribedFrameSchema.typeName })),
    });
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
    const store = wrapStore(stored, { events: async (id: string) => narrowed(await stored.events(id)) });
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
    const hub = new Hub({ features: [featureOf(Fresh, () => "new", ["Retired"])], store: place.open() });
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

function narrowed<T extends { readonly type: string }>(events: readonly T[]): T[] {
  return events.map((one) => ({ ...one, type: PingFrameSchema.typeName }));
}
