import { Hub, type Store } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { LabCounter, LabCounterAdded } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../fixtures/lab.js";
import { places, wrapStore } from "../fixtures/stores.js";

// "Rebuild clears first: readers see an empty timeline; live writes during a
// rebuild are overwritten."

describe.each(places)("weakness 7: rebuild in %s", (_name, make) => {
  test("readers never see an empty timeline, and live writes during a rebuild are kept", async () => {
    const inner = make().open();
    const seen: (bigint | undefined)[] = [];
    let rebuilding = false;
    const store: Store = wrapStore(inner, {
      async events(id, range) {
        if (rebuilding) {
          await hub.publish("s", LabCounterAdded, { name: "c", amount: 1n });
          rebuilding = false;
          seen.push((await hub.snapshot("s")).get(LabCounter, "c")?.total);
        }
        return inner.events(id, range);
      },
      async commit(batches) {
        const outcomes = await inner.commit(batches);
        seen.push((await hub.snapshot("s")).get(LabCounter, "c")?.total);
        return outcomes;
      },
    });
    const hub = new Hub({ features: [labOf()], store });
    for (let i = 0; i < 3; i++) await hub.publish("s", LabCounterAdded, { name: "c", amount: 1n });
    rebuilding = true;
    await hub.rebuild("s");
    expect(seen).toEqual([1n, 2n, 3n, 4n, 4n, 4n]);
    expect(await hub.session("s")).toMatchObject({ ordinal: 4n, cursor: 4n });
    await hub.close();
  });
});
