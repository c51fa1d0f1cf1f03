import { create } from "@bufbuild/protobuf";
import { Hub } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { TraceEventSchema } from "../../../../../test/fixtures/gen/lab/v1/lab_pb.js";
import { LabNote, LabNoteAppended, LabTrace } from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../../test/fixtures/lab.js";
import { places } from "../../../../../test/fixtures/stores.js";
import { broken, once, reused } from "./keyed.js";

describe.each(places)("events that are delivered more than once, on %s", (_, makePlace) => {
  test("each gets its ordinal again and is stored once, also after a restart", async () => {
    const place = makePlace();
    const deliver = async (hub: Hub, id: string) =>
      (await hub.publish("s", LabNoteAppended, { number: 1, text: id }, { key: `stream/${id}` })).ordinal;
    const before = new Hub({ features: [labOf()], store: place.open() });
    expect(await Promise.all(["a", "b", "a", "c", "b"].map((id) => deliver(before, id)))).toEqual([1n, 2n, 1n, 3n, 2n]);
    await before.close();
    const hub = new Hub({ features: [labOf()], store: place.open() });
    expect(await Promise.all(["c", "d", "a"].map((id) => deliver(hub, id)))).toEqual([3n, 4n, 1n]);
    expect((await hub.snapshot("s")).get(LabNote, 1)?.text).toBe("abcd");
    expect((await hub.session("s")).ordinal).toBe(4n);
    await hub.close();
  });

  test("what is stored is what was given first; another event under the same key is an error", async () => {
    const hub = new Hub({ features: [labOf()], store: makePlace().open() });
    const delivered = create(TraceEventSchema, { text: "from elsewhere" });
    const [first, again] = [hub.publish("s", LabTrace, delivered, once), hub.publish("s", LabTrace, delivered, once)];
    // What is published is what was given at the time.
    delivered.text = "changed";
    expect(await Promise.all([first, again])).toEqual([{ ordinal: 1n }, { ordinal: 1n }]);
    expect(await hub.publish("s", LabTrace, { text: "from elsewhere" }, once)).toEqual({ ordinal: 1n });
    await expect(hub.publish("s", LabTrace, { text: "other" }, once)).rejects.toEqual(reused);
    expect(await hub.events("s")).toMatchObject([{ payload: { text: "from elsewhere" } }]);
  });

  test("one that is refused can be delivered again", async () => {
    let isBroken = true;
    const feature = labOf({
      beforeUi: () => {
        if (isBroken) throw broken;
      },
    });
    const hub = new Hub({
      features: [feature],
      store: makePlace().open(),
      onProjectionError: { ui: "fail" },
      onError: () => {},
    });
    await expect(hub.publish("s", LabTrace, {}, once)).rejects.toMatchObject({ code: "PROJECTION_FAILED" });
    isBroken = false;
    expect(await hub.publish("s", LabTrace, {}, once)).toEqual({ ordinal: 1n });
  });
});
