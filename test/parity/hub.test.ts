import { memoryStore } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { describe, expect, test, vi } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteSet,
  LabTrace,
  LabWork,
} from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { memoryPlace, newFile, wrapStore } from "../fixtures/stores.js";
import { hubOf } from "./hub-of.js";

const broken = (name: string) => (event: { readonly name: string }) => {
  if (event.name === name) throw new Error("broken");
};

describe("Hub", () => {
  test("submit runs handler, projections, store", async () => {
    const store = memoryStore();
    const { hub, told } = hubOf(
      { work: async ({ publish, payload }) => void (await publish(LabNoteSet, { number: 1, text: payload.task })) },
      { store },
    );
    expect(await hub.submit("s", LabWork, { task: "sweep" })).toEqual({ ordinal: 1n });
    expect(told).toMatchObject([{ sessionId: "s", ordinal: 1n, name: "LabTold", payload: { event: "LabNoteSet" } }]);
    expect((await hub.snapshot("s")).get(LabNote, 1)?.text).toBe("sweep");
    expect((await store.events("s")).map(({ name }) => name)).toEqual(["LabNoteSet"]);
  });

  test("unknown command fails", async () => {
    const unknown = { ...LabWork, name: "Nope" } as unknown as typeof LabWork;
    await expect(hubOf().hub.submit("s", unknown, {})).rejects.toThrow('unknown command "Nope"');
  });

  test("session metadata factory runs once a session", async () => {
    const place = memoryPlace();
    const factory = vi.fn((id: string) => ({ for: id }));
    for (let opening = 0; opening < 2; opening++) {
      const { hub } = hubOf({}, { store: place.open(), sessionMetadata: factory });
      for (const id of ["a", "b", "a"]) await hub.publish(id, LabTrace, {});
      expect((await hub.session("a")).metadata).toEqual({ for: "a" });
      await hub.close();
    }
    expect(factory.mock.calls).toEqual([["a"], ["b"]]);
  });

  describe("projection error policies fail and advance, separately for UI and timeline", () => {
    test("UI, fail: the event is refused", async () => {
      const { hub } = hubOf({ beforeUi: broken("LabTrace") }, { onProjectionError: { ui: "fail" } });
      await expect(hub.publish("s", LabTrace, {})).rejects.toMatchObject({ code: "PROJECTION_FAILED" });
      expect(await hub.events("s")).toEqual([]);
    });

    test("UI, advance: the event goes on without UI events", async () => {
      const { hub, told } = hubOf({ beforeUi: broken("LabTrace") }, { onProjectionError: { ui: "advance" } });
      expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 1n });
      expect([told, (await hub.session("s")).cursor]).toEqual([[], 1n]);
    });

    test("timeline, fail: the cursor stays before the event; submit does not fail, for the event is durable", async () => {
      const { hub, told } = hubOf({
        beforeTimeline: broken("LabTrace"),
        work: ({ publish }) => void publish(LabTrace, {}),
      });
      expect(await hub.submit("s", LabWork, {})).toEqual({ ordinal: 1n });
      expect([told.length, await hub.session("s")]).toMatchObject([1, { ordinal: 1n, cursor: 0n }]);
    });

    test("timeline, advance: the cursor moves over the event", async () => {
      const { hub } = hubOf({ beforeTimeline: broken("LabTrace") }, { onProjectionError: { timeline: "advance" } });
      await hub.publish("s", LabTrace, {});
      expect(await hub.session("s")).toMatchObject({ ordinal: 1n, cursor: 1n });
    });
  });

  test("error observer whose own panic never hides the first error", async () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => {});
    try {
      const onError = () => {
        throw new Error("panic");
      };
      const { hub } = hubOf({ beforeUi: broken("LabTrace") }, { onError, onProjectionError: { ui: "fail" } });
      await expect(hub.publish("s", LabTrace, {})).rejects.toThrow("broken");
      expect(printed.mock.calls.flat().join()).toContain("broken");
    } finally {
      printed.mockRestore();
    }
  });

  test("errors recorded durably (kind, session, ordinal, event, text)", async () => {
    const file = newFile();
    const first = hubOf({ beforeTimeline: broken("LabTrace") }, { store: sqliteStore(file) }).hub;
    await first.publish("s", LabTrace, { text: "x" });
    await first.close();
    const { hub } = hubOf({}, { store: sqliteStore(file) });
    expect(await hub.errors("s")).toEqual([
      {
        step: "timeline-projection",
        ordinal: 1n,
        name: "LabTrace",
        message: 'timeline projection of event "LabTrace" at ordinal 1 failed: broken',
        time: expect.any(Number),
      },
    ]);
    await hub.close();
  });

  describe("error kinds", () => {
    test("decode: an event of the log that cannot be read, in a retry", async () => {
      const store = memoryStore();
      const alien = {
        ordinal: 1n,
        name: "LabTrace",
        version: 1,
        type: "other.Type",
        payload: new Uint8Array(),
        time: 0,
      };
      const batch = { sessionId: "s", revision: 0, metadata: {}, events: [alien], cursor: 0n, entities: [] };
      await store.commit([{ ...batch, epoch: "", replaceTimeline: false, errors: [], keys: [] }]);
      const { hub } = hubOf({}, { store });
      expect(await hub.retry("s")).toMatchObject({ ordinal: 1n, cursor: 0n });
      expect(await hub.errors("s")).toMatchObject([{ step: "decode", ordinal: 1n, name: "LabTrace" }]);
    });

    test("ordinal: an event that finds no place in the order", async () => {
      const conflict = Object.assign(new Error("taken"), { name: "SessionstreamError", code: "ORDINAL_CONFLICT" });
      const store = wrapStore(memoryStore(), { commit: async (batches) => batches.map(() => conflict) });
      const { hub, reports } = hubOf({}, { store });
      await expect(hub.publish("s", LabTrace, {})).rejects.toBe(conflict);
      expect(reports).toMatchObject([{ step: "order", sessionId: "s", ordinal: 1n, name: "LabTrace" }]);
    });

    test("ui-projection", async () => {
      const { hub, reports } = hubOf({ beforeUi: broken("LabTrace") });
      await hub.publish("s", LabTrace, {});
      expect(reports).toMatchObject([{ step: "ui-projection", ordinal: 1n }]);
      expect(await hub.errors("s")).toMatchObject([{ step: "ui-projection", ordinal: 1n }]);
    });

    test("timeline-projection", async () => {
      const { hub, reports } = hubOf({ beforeTimeline: broken("LabTrace") });
      await hub.publish("s", LabTrace, {});
      expect(reports).toMatchObject([{ step: "timeline-projection", ordinal: 1n }]);
      expect(await hub.errors("s")).toMatchObject([{ step: "timeline-projection", ordinal: 1n }]);
    });

    test("fanout", async () => {
      const { hub, reports } = hubOf();
      hub.subscribe(() => {
        throw new Error("gone");
      });
      await hub.publish("s", LabTrace, {});
      expect(reports).toMatchObject([{ step: "fanout", sessionId: "s", ordinal: 1n, error: { message: "gone" } }]);
    });

    test("store", async () => {
      const store = wrapStore(memoryStore(), { commit: async (batches) => batches.map(() => new Error("full")) });
      const { hub, reports } = hubOf({}, { store });
      await expect(hub.publish("s", LabTrace, {})).rejects.toMatchObject({ code: "STORE_FAILED" });
      expect(reports).toMatchObject([{ step: "commit", sessionId: "s", ordinal: 1n, name: "LabTrace" }]);
    });
  });

  test("local ordinals go on from the store's event cursor after a restart", async () => {
    const file = newFile();
    for (let restart = 0n; restart < 3n; restart++) {
      const { hub } = hubOf({}, { store: sqliteStore(file) });
      expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 2n * restart + 1n });
      expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 2n * restart + 2n });
      await hub.close();
    }
  });

  test("retry of a timeline without any fan-out", async () => {
    let isBroken = true;
    const { hub, told } = hubOf({ beforeTimeline: (event) => isBroken && broken("LabCounterAdded")(event) });
    await hub.publish("s", LabCounterAdded, { name: "c", amount: 3n });
    await hub.publish("s", LabCounterAdded, { name: "c", amount: 4n });
    expect((await hub.snapshot("s")).get(LabCounter, "c")).toBeUndefined();
    isBroken = false;
    told.length = 0;
    expect(await hub.retry("s")).toMatchObject({ ordinal: 2n, cursor: 2n });
    expect((await hub.snapshot("s")).get(LabCounter, "c")?.total).toBe(7n);
    expect(told).toEqual([]);
  });

  test("publish of an already decided event without a command", async () => {
    const { hub, told } = hubOf();
    expect(await hub.publish("s", LabNoteSet, { number: 1, text: "decided" })).toEqual({ ordinal: 1n });
    expect(told).toHaveLength(1);
    expect((await hub.snapshot("s")).get(LabNote, 1)?.text).toBe("decided");
  });
});
