import { type BackendEvent, type ErrorReport, Hub, type Store, type UiBatch } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteAppended,
  LabNoteDeleted,
  LabTrace,
} from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../../test/fixtures/lab.js";
import { places, wrapStore } from "../../../../../test/fixtures/stores.js";
import { Gate } from "../../gate.js";

const silent = () => {};

function failOn(ordinal: bigint, switches: LabSwitches): void {
  switches.beforeTimeline = (event: BackendEvent) => {
    if (event.ordinal === ordinal) throw new Error(`no ${ordinal}`);
  };
}

async function add(hub: Hub, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await hub.publish("s", LabCounterAdded, { name: "c", amount: 1n });
}

async function total(hub: Hub): Promise<bigint | undefined> {
  return (await hub.snapshot("s")).get(LabCounter, "c")?.total;
}

describe.each(places)("repair of a timeline in %s", (_name, make) => {
  test("retry of a session's timeline goes on from the very event that failed", async () => {
    const switches: LabSwitches = {};
    failOn(3n, switches);
    const hub = new Hub({ features: [labOf(switches)], store: make().open(), onError: silent });
    await add(hub, 5);
    expect(await hub.session("s")).toMatchObject({ ordinal: 5n, cursor: 2n });
    expect(await total(hub)).toBe(2n);
    expect(await hub.retry("s")).toMatchObject({ ordinal: 5n, cursor: 2n });
    delete switches.beforeTimeline;
    const projected: bigint[] = [];
    switches.beforeTimeline = ({ ordinal }) => projected.push(ordinal);
    expect(await hub.retry("s")).toMatchObject({ ordinal: 5n, cursor: 5n });
    expect(projected).toEqual([3n, 4n, 5n]);
    expect(await total(hub)).toBe(5n);
    await hub.close();
  });

  test("rebuild folds the whole log again with the projection as it is now", async () => {
    const place = make();
    const before = new Hub({ features: [labOf()], store: place.open() });
    await add(before, 3);
    await before.publish("s", LabNoteAppended, { number: 1, text: "gone" });
    await before.publish("s", LabNoteDeleted, { number: 1 });
    await before.close();

    const changed = labOf();
    const hub = new Hub({
      features: [{ ...changed, timeline: () => [LabCounter.put({ name: "c", total: 100n })] }],
      store: place.open(),
    });
    expect(await total(hub)).toBe(3n);
    expect(await hub.rebuild("s")).toMatchObject({ ordinal: 5n, cursor: 5n });
    expect(await total(hub)).toBe(100n);
    expect((await hub.snapshot("s")).list(LabNote)).toEqual([]);
    expect(await hub.events("s")).toHaveLength(5);
    // The lane goes on from the new timeline.
    await hub.publish("s", LabTrace, { text: "on" });
    expect(await hub.session("s")).toMatchObject({ ordinal: 6n, cursor: 6n });
    await hub.close();
  });

  test("readers see the old timeline and events keep coming in while a rebuild goes on", async () => {
    const inner = make().open();
    const gate = new Gate();
    const reading = new Gate();
    let held = false;
    const store: Store = wrapStore(inner, {
      async events(id, range) {
        const page = await inner.events(id, range);
        // Of the rebuild: readers fold the tail of the log.
        if (held) {
          held = false;
          reading.open();
          await gate.opened;
        }
        return page;
      },
    });
    const hub = new Hub({ features: [labOf()], store });
    await add(hub, 3);
    held = true;
    const rebuilding = hub.rebuild("s");
    await reading.opened;
    await add(hub, 4);
    expect(await total(hub)).toBe(7n);
    gate.open();
    expect(await rebuilding).toMatchObject({ ordinal: 7n, cursor: 7n });
    expect(await total(hub)).toBe(7n);
    await add(hub, 1);
    expect(await total(hub)).toBe(8n);
    await hub.close();
  });

  test("a rebuild whose projection fails leaves the old timeline and records the failure", async () => {
    const switches: LabSwitches = {};
    const reports: ErrorReport[] = [];
    const hub = new Hub({ features: [labOf(switches)], store: make().open(), onError: (one) => reports.push(one) });
    await add(hub, 4);
    failOn(2n, switches);
    await expect(hub.rebuild("s")).rejects.toMatchObject({ code: "PROJECTION_FAILED" });
    expect(await total(hub)).toBe(4n);
    expect(await hub.session("s")).toMatchObject({ ordinal: 4n, cursor: 4n });
    expect(await hub.errors("s")).toMatchObject([{ step: "timeline-projection", ordinal: 2n }]);
    expect(reports).toHaveLength(1);
    delete switches.beforeTimeline;
    await add(hub, 1);
    expect(await total(hub)).toBe(5n);
    await hub.close();
  });

  test("a rebuild that another process overtakes is done again", async () => {
    const place = make();
    const inner = place.open();
    const other = new Hub({ features: [labOf()], store: place.open() });
    let overtakes = 2;
    const store = wrapStore(inner, {
      async commit(batches) {
        if (batches.some(({ replaceTimeline }) => replaceTimeline) && overtakes-- > 0) await add(other, 1);
        return inner.commit(batches);
      },
    });
    const hub = new Hub({ features: [labOf()], store });
    await add(hub, 3);
    expect(await hub.rebuild("s")).toMatchObject({ ordinal: 5n, cursor: 5n });
    expect(await total(hub)).toBe(5n);
    await other.close();
    await hub.close();
  });

  test("retry and rebuild of a timeline come without any UI events, and tell clients to begin anew", async () => {
    const switches: LabSwitches = {};
    failOn(2n, switches);
    const hub = new Hub({ features: [labOf(switches)], store: make().open(), onError: silent });
    await add(hub, 3);
    const batches: UiBatch[] = [];
    hub.subscribe((batch) => batches.push(batch));
    delete switches.beforeTimeline;
    await hub.retry("s");
    await hub.rebuild("s");
    const reset = { sessionId: "s", ordinal: 3n, time: expect.any(Number), events: [], isReset: true };
    expect(batches).toEqual([reset, reset]);
    await hub.close();
  });

  test("readers never see an empty timeline, and live writes during a rebuild are kept", async () => {
    const inner = make().open();
    const seen: (bigint | undefined)[] = [];
    let rebuilding = false;
    const store: Store = wrapStore(inner, {
      async events(id, range) {
        if (rebuilding) {
          rebuilding = false;
          await hub.publish("s", LabCounterAdded, { name: "c", amount: 1n });
          seen.push((await hub.snapshot("s")).get(LabCounter, "c")?.total);
        }
        return inner.events(id, range);
      },
      async commit(batches) {
        seen.push((await hub.snapshot("s")).get(LabCounter, "c")?.total);
        return inner.commit(batches);
      },
    });
    const hub = new Hub({ features: [labOf()], store });
    for (let i = 0; i < 3; i++) await hub.publish("s", LabCounterAdded, { name: "c", amount: 1n });
    rebuilding = true;
    await hub.rebuild("s");
    expect(seen).toEqual([undefined, 1n, 2n, 3n, 4n, 4n]);
    expect(await hub.session("s")).toMatchObject({ ordinal: 4n, cursor: 4n });
    await hub.close();
  });
});
