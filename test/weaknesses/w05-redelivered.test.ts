import { Hub } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { LabNote, LabNoteAppended } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../fixtures/lab.js";
import { places } from "../fixtures/stores.js";

// Weakness 5, for whatever delivers: a bus of our own comes later.

describe.each(places)("weakness 5, on %s", (_, makePlace) => {
  test("a redelivered message gets its ordinal again and is stored once, also after a restart", async () => {
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
});
