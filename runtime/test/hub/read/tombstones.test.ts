import { Hub } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import {
  LabNote,
  LabNoteDeleted,
  LabNoteSet,
  LabTrace,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";
import { places } from "../../../../test/fixtures/stores.js";

describe.each(places)("a client that missed deletions, on %s", (_, makePlace) => {
  test("goes on with a delta as long as the server knows them all, and then starts over", async () => {
    const place = makePlace();
    const hub = new Hub({ features: [labOf()], store: place.open() });
    const numbers = Array.from({ length: 2100 }, (_, index) => index + 1);
    for (const part of [numbers.slice(0, 1050), numbers.slice(1050)]) {
      await hub.publish(
        "s",
        part.map((number) => LabNoteSet.of({ number, text: "x" })),
      );
    }
    await hub.publish("s", LabNoteSet, { number: 5000, text: "stays" });
    const { epoch, snapshot } = await hub.hydrate("s");
    const before = snapshot.ordinal;
    expect(before).toBe(2101n);
    const goOn = async (since: bigint) => {
      const hydration = await hub.hydrate("s", { since, epoch });
      return hydration.mode === "delta" ? hydration.deleted.length : hydration.reason;
    };
    const remove = async (part: readonly number[]) => {
      await hub.publish(
        "s",
        part.map((number) => LabNoteDeleted.of({ number })),
      );
      // Stores the tombstones, which leave the memory then.
      await hub.retry("s");
    };
    await remove(numbers.slice(0, 2000));
    expect(await goOn(before)).toBe(2000);
    await remove(numbers.slice(2000, 2050));
    expect(await goOn(before)).toBe("behind");
    expect(await goOn(before + 999n)).toBe("behind");
    expect(await goOn(before + 1000n)).toBe(1050);
    expect(await goOn(before + 2000n)).toBe(50);
    const { snapshot: whole } = await hub.hydrate("s");
    expect([whole.entities.length, whole.get(LabNote, 5000)?.text]).toEqual([51, "stays"]);
    await hub.publish("s", LabTrace, {});
    const store = place.open();
    expect(await store.tombstones("s", 0n)).toBeUndefined();
    expect(await store.tombstones("s", before + 1000n)).toHaveLength(1050);
    await Promise.all([hub.close(), store.close()]);
  });
});
