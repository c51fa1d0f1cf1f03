import { Hub } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { LabCounter, LabCounterAdded, LabNote, LabNoteSet } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../fixtures/lab.js";
import { places } from "../fixtures/stores.js";

// Weakness 3.

test.each(places)(
  "after a projection error at N, event N+1 does not move the cursor past N, and retry repairs N, on %s",
  async (_, makePlace) => {
    const place = makePlace();
    let isBroken = true;
    const feature = labOf({
      beforeTimeline({ name }) {
        if (isBroken && name === "LabCounterAdded") throw new Error("broken");
      },
    });
    const first = new Hub({ features: [feature], store: place.open(), onError: () => {} });
    await first.publish("s", LabNoteSet, { number: 1, text: "before" });
    await first.publish("s", LabCounterAdded, { name: "c", amount: 7n });
    await first.publish("s", LabNoteSet, { number: 1, text: "after" });
    expect(await first.session("s")).toMatchObject({ ordinal: 3n, cursor: 1n });
    await first.close();
    // Nor does it after a restart.
    const second = new Hub({ features: [feature], store: place.open(), onError: () => {} });
    await second.publish("s", LabNoteSet, { number: 2, text: "later" });
    expect(await second.session("s")).toMatchObject({ ordinal: 4n, cursor: 1n });
    isBroken = false;
    expect(await second.retry("s")).toMatchObject({ ordinal: 4n, cursor: 4n });
    const snapshot = await second.snapshot("s");
    expect([snapshot.get(LabCounter, "c")?.total, snapshot.list(LabNote).map(({ text }) => text)]).toEqual([
      7n,
      ["after", "later"],
    ]);
    await second.close();
  },
);
