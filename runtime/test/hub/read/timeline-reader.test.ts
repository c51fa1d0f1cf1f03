import { Hub, type HubOptions, TimelineReader } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteAppended,
  LabNoteDeleted,
  LabNoteSet,
  LabReadingTaken,
  LabSweep,
  LabTrace,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../test/fixtures/lab.js";
import { type Place, places, wrapStore } from "../../../../test/fixtures/stores.js";
import { commit, entityOf } from "../../../src/testing/store/batches.js";

const add = { name: "c", amount: 1n };

function hubOn(place: Place, switches: LabSwitches = {}, options: Partial<HubOptions> = {}): Hub {
  return new Hub({ features: [labOf(switches)], store: place.open(), onError: () => {}, ...options });
}

function readerOn(place: Place, switches: LabSwitches = {}): TimelineReader {
  return new TimelineReader({ features: [labOf(switches)], store: place.open() });
}

describe.each(places)("a reader of timelines, on %s", (_, makePlace) => {
  async function write(hub: Hub): Promise<void> {
    await hub.publish("s", LabNoteSet, { number: 1, text: "a" });
    await hub.publish("s", LabCounterAdded, add);
    await hub.publish("s", LabNoteAppended, { number: 1, text: "b" });
    await hub.publish("s", LabNoteSet, { number: 2, text: "c" });
    await hub.publish("s", LabNoteDeleted, { number: 2, anew: false });
    await hub.publish("s", LabReadingTaken, { meter: "m", value: 7 });
  }

  test("finds what is stored equal to its fold, also where it lags behind the log", async () => {
    const place = makePlace();
    const hub = hubOn(place);
    const reader = readerOn(place);
    expect(await reader.verify("s")).toBeUndefined();
    await write(hub);
    const equal = { sessionId: "s", differences: [], skipped: [] };
    expect(await reader.verify("s")).toEqual({ ...equal, cursor: (await place.open().session("s"))?.cursor });
    await hub.retry("s");
    expect(await reader.verify("s")).toEqual({ ...equal, cursor: 6n });
    await hub.publish("s", LabTrace, {});
    expect(await reader.verify("s")).toMatchObject(equal);
    await hub.close();
  });

  test("names the entities that differ", async () => {
    const place = makePlace();
    const hub = hubOn(place);
    await write(hub);
    await hub.close();
    const store = place.open();
    const { revision = 0, epoch = "", cursor = 0n } = (await store.session("s")) ?? {};
    const entities = [
      entityOf("1", {
        kind: "LabNote",
        lastEventOrdinal: 3n,
        type: "lab.v1.NoteEntity",
        payload: new Uint8Array([8, 1]),
      }),
      entityOf("7", { kind: "LabNote", type: "lab.v1.NoteEntity", payload: new Uint8Array() }),
      entityOf("x", { kind: "Gone" }),
    ];
    await commit(store, { revision, epoch, cursor, entities, replaceTimeline: true });
    const { differences = [] } = (await readerOn(place).verify("s")) ?? {};
    expect(differences.map(({ kind, id, change }) => `${kind} ${id} ${change}`).sort()).toEqual([
      "Gone x added",
      "LabCounter c missing",
      "LabNote 1 changed",
      "LabNote 7 added",
      "LabReading m missing",
    ]);
  });

  test("goes on without an event that the timeline goes on without, though its projection is mended", async () => {
    const place = makePlace();
    let isBroken = true;
    const switches: LabSwitches = {
      beforeTimeline: ({ ordinal }) => {
        if (isBroken && ordinal === 2n) throw new Error("broken");
      },
    };
    const hub = hubOn(place, switches, { onProjectionError: { timeline: "advance" } });
    for (let count = 0; count < 3; count++) await hub.publish("s", LabCounterAdded, add);
    await hub.retry("s");
    const reader = readerOn(place, switches);
    const skipped = [{ ordinal: 2n, name: "LabCounterAdded", message: expect.stringContaining("broken") }];
    expect(await reader.verify("s")).toMatchObject({ cursor: 3n, differences: [], skipped });
    isBroken = false;
    expect(await reader.verify("s")).toMatchObject({ differences: [], skipped: [{ ordinal: 2n }] });
    await hub.rebuild("s");
    expect(await reader.verify("s")).toMatchObject({ differences: [], skipped: [] });
    await hub.close();
  });

  test("tells of what a projection makes of the log today that is not stored", async () => {
    const place = makePlace();
    const hub = hubOn(place);
    await write(hub);
    await hub.close();
    const changed = labOf();
    const timeline = [{ ...changed, timeline: () => [LabCounter.put({ name: "c", total: 1n, times: 2 })] }];
    const reader = new TimelineReader({ features: timeline, store: place.open() });
    const { differences = [] } = (await reader.verify("s")) ?? {};
    expect(differences.map(({ kind, id, change }) => `${kind} ${id} ${change}`).sort()).toEqual([
      "LabCounter c changed",
      "LabNote 1 added",
      "LabReading m added",
    ]);
  });

  test("reads the past as a hub does, and writes nothing", async () => {
    const place = makePlace();
    const hub = hubOn(place);
    await write(hub);
    await hub.start("s", LabSweep, {}, { id: "r" });
    const store = place.open();
    const before = await store.load("s");
    const reader = new TimelineReader({
      // It takes no runs, though it could do them.
      features: [labOf({ runs: {} })],
      store: wrapStore(store, {
        commit: () => Promise.reject(new Error("it writes")),
        claim: () => Promise.reject(new Error("it claims")),
      }),
    });
    const shown = ({ entities, ordinal, skipped }: Awaited<ReturnType<Hub["snapshot"]>>) => ({
      entities,
      ordinal,
      skipped,
    });
    for (let asOf = 0n; asOf <= 7n; asOf++) {
      expect(shown(await reader.snapshot("s", { asOf }))).toEqual(shown(await hub.snapshot("s", { asOf })));
    }
    expect((await reader.snapshot("s")).get(LabNote, 1)?.text).toBe("ab");
    expect((await reader.snapshot("nobody")).entities).toEqual([]);
    await reader.verify("s");
    expect(await store.load("s")).toEqual(before);
    await hub.close();
  });

  test("verifies a session that is in use", async () => {
    const place = makePlace();
    const hub = hubOn(place);
    const reader = readerOn(place);
    let isOver = false;
    const publish = async () => {
      for (let count = 0; count < 60; count++) {
        await hub.publish("s", LabCounterAdded, add);
        if (count % 20 === 7) await hub.rebuild("s");
        if (count % 20 === 13) await hub.retry("s");
      }
      isOver = true;
    };
    const verify = async () => {
      while (!isOver) {
        expect((await reader.verify("s"))?.differences ?? []).toEqual([]);
        await new Promise(setImmediate);
      }
    };
    await Promise.all([publish(), verify()]);
    await hub.close();
  });
});

test("a reader refuses what is no session and no ordinal", async () => {
  const [, make] = places[0] ?? [];
  if (make === undefined) throw new Error("no place");
  const reader = readerOn(make());
  await expect(reader.verify("")).rejects.toMatchObject({ code: "INVALID_SESSION" });
  await expect(reader.snapshot("")).rejects.toMatchObject({ code: "INVALID_SESSION" });
  await expect(reader.snapshot("s", { asOf: -1n })).rejects.toMatchObject({ code: "INVALID_RANGE" });
});
