import type { JsonObject } from "@bufbuild/protobuf";
import { type ErrorReport, Hub, type HubOptions, memoryStore, type UiBatch } from "@sessionstream/runtime";
import { describe, expect, test, vi } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteAppended,
  LabNoteDeleted,
  LabNoteSet,
  LabReading,
  LabReadingTaken,
  LabTold,
  LabTrace,
  lab,
} from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../test/fixtures/lab.js";
import { memoryPlace, wrapStore } from "../../../test/fixtures/stores.js";

function watched(options: Omit<HubOptions, "features"> & { switches?: LabSwitches } = {}) {
  const reports: ErrorReport[] = [];
  const fanned: UiBatch[] = [];
  const { switches, ...rest } = options;
  const hub = new Hub({ features: [labOf(switches)], onError: (report) => reports.push(report), ...rest });
  hub.subscribe((batch) => fanned.push(batch));
  return { hub, reports, fanned };
}

describe("session metadata", () => {
  test("is made once a session, stored with its first event and given to projections", async () => {
    const place = memoryPlace();
    const made: string[] = [];
    const sessionMetadata = (id: string): JsonObject => {
      made.push(id);
      return { owner: `of ${id}`, nth: made.length };
    };
    const seen: unknown[] = [];
    const switches: LabSwitches = { beforeTimeline: ({ session }) => void seen.push(session.metadata) };
    const first = watched({ store: place.open(), sessionMetadata, switches }).hub;
    await Promise.all([first.publish("a", LabTrace, {}), first.publish("a", LabTrace, {}), first.session("a")]);
    await first.close();
    const second = watched({ store: place.open(), sessionMetadata, switches }).hub;
    await second.publish("a", LabTrace, {});
    expect(made).toEqual(["a"]);
    expect(seen).toEqual(Array(3).fill({ owner: "of a", nth: 1 }));
    expect((await second.session("a")).metadata).toEqual({ owner: "of a", nth: 1 });
    expect((await second.events("a"))[0]?.session.metadata).toEqual({ owner: "of a", nth: 1 });
  });

  test("that cannot be made refuses the events that wait for it, and is tried again", async () => {
    let fails = true;
    const { hub } = watched({
      sessionMetadata: () => {
        if (fails) throw new Error("no metadata");
        return {};
      },
    });
    const outcomes = await Promise.allSettled([hub.publish("s", LabTrace, {}), hub.publish("s", LabTrace, {})]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    fails = false;
    expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 1n });
  });
});

describe("idle sessions", () => {
  test("leave the memory and come back as they were", async () => {
    const loads: string[] = [];
    const inner = memoryStore();
    const store = wrapStore(inner, {
      load: (id) => {
        loads.push(id);
        return inner.load(id);
      },
    });
    const { hub } = watched({ store, keepIdle: 0 });
    for (let round = 0; round < 3; round++) {
      for (const id of ["a", "b"]) await hub.publish(id, LabCounterAdded, { name: "c", amount: 1n });
    }
    expect(loads).toEqual(["a", "b", "a", "b", "a", "b"]);
    expect((await hub.snapshot("a")).get(LabCounter, "c")).toMatchObject({ total: 3n, times: 3 });
    expect(await hub.session("b")).toMatchObject({ ordinal: 3n, cursor: 3n });
  });

  test("stay while something goes on in them", async () => {
    let stop = () => {};
    const switches: LabSwitches = {
      work: ({ run }) => run("busy", () => new Promise((resolve) => (stop = resolve))),
    };
    const { hub } = watched({ keepIdle: 0, switches });
    const { LabWork } = await import("../../../test/fixtures/gen/lab/v1/lab_sessionstream.js");
    await hub.submit("busy", LabWork, {});
    for (const id of ["a", "b", "c"]) await hub.publish(id, LabTrace, {});
    expect((await hub.session("busy")).runs).toEqual(["busy"]);
    stop();
    await hub.waitIdle("busy");
  });
});

describe("projection errors", () => {
  const failing = (which: "beforeUi" | "beforeTimeline"): LabSwitches => ({
    [which]: ({ name }: { name: string }) => {
      if (name === "LabCounterAdded") throw new Error("cannot");
    },
  });

  test("of the UI under `advance`: the event goes on without UI events, on record", async () => {
    const { hub, reports, fanned } = watched({ switches: failing("beforeUi") });
    expect(await hub.publish("s", LabCounterAdded, { name: "c", amount: 2n })).toEqual({ ordinal: 1n });
    expect(fanned).toEqual([]);
    expect((await hub.snapshot("s")).get(LabCounter, "c")?.total).toBe(2n);
    expect(await hub.errors("s")).toMatchObject([
      { step: "ui-projection", ordinal: 1n, name: "LabCounterAdded", message: expect.stringContaining("cannot") },
    ]);
    expect(reports).toMatchObject([{ step: "ui-projection", sessionId: "s", ordinal: 1n, name: "LabCounterAdded" }]);
  });

  test("of the UI under `fail`: the event is refused and leaves no trace", async () => {
    const { hub, reports } = watched({ switches: failing("beforeUi"), onProjectionError: { ui: "fail" } });
    await hub.publish("s", LabTrace, {});
    await expect(hub.publish("s", LabCounterAdded, { name: "c" })).rejects.toMatchObject({
      code: "PROJECTION_FAILED",
      context: { sessionId: "s", name: "LabCounterAdded", ordinal: 2n },
    });
    expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 2n });
    expect((await hub.events("s")).map(({ name }) => name)).toEqual(["LabTrace", "LabTrace"]);
    expect(await hub.errors("s")).toEqual([]);
    expect(reports).toMatchObject([{ step: "ui-projection" }]);
  });

  test("of the timeline under `fail`: the timeline stops there, the log and the UI go on", async () => {
    const { hub, fanned, reports } = watched({ switches: failing("beforeTimeline") });
    await hub.publish("s", LabNoteSet, { number: 1, text: "before" });
    await hub.publish("s", LabCounterAdded, { name: "c" });
    await hub.publish("s", LabNoteSet, { number: 1, text: "after" });
    expect(await hub.session("s")).toMatchObject({ ordinal: 3n, cursor: 1n });
    const snapshot = await hub.snapshot("s");
    expect([snapshot.ordinal, snapshot.get(LabNote, 1)?.text]).toEqual([1n, "before"]);
    expect(fanned.map(({ ordinal }) => ordinal)).toEqual([1n, 2n, 3n]);
    expect(reports).toMatchObject([{ step: "timeline-projection", ordinal: 2n }]);
  });

  test("of the timeline under `advance`: the timeline goes on without the event, on record", async () => {
    const { hub } = watched({ switches: failing("beforeTimeline"), onProjectionError: { timeline: "advance" } });
    await hub.publish("s", LabCounterAdded, { name: "c" });
    await hub.publish("s", LabNoteSet, { number: 1, text: "after" });
    const snapshot = await hub.snapshot("s");
    expect([snapshot.ordinal, snapshot.get(LabNote, 1)?.text]).toEqual([2n, "after"]);
    expect(await hub.errors("s")).toMatchObject([{ step: "timeline-projection", ordinal: 1n }]);
  });
});

describe("fan-out and observers", () => {
  test("a fan-out that throws harms neither the publisher nor the next fan-out", async () => {
    const reports: ErrorReport[] = [];
    const hub = new Hub({ features: [labOf()], onError: (report) => reports.push(report) });
    hub.subscribe(() => {
      throw Object.create(null);
    });
    const fanned: UiBatch[] = [];
    hub.subscribe((batch) => fanned.push(batch));
    expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 1n });
    expect(fanned).toMatchObject([{ sessionId: "s", ordinal: 1n, events: [{ name: "LabTold" }] }]);
    expect(reports).toMatchObject([{ step: "fanout", sessionId: "s", ordinal: 1n }]);
  });

  test("a fan-out whose promise rejects is reported, and ends nothing", async () => {
    const { hub, reports } = watched();
    hub.subscribe(async () => {
      throw new Error("async");
    });
    await hub.publish("s", LabTrace, {});
    await expect.poll(() => reports).toMatchObject([{ step: "fanout", ordinal: 1n, error: { message: "async" } }]);
  });

  test("an observer that throws or rejects never hides the error that it was told", async () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => {});
    try {
      for (const onError of [
        () => {
          throw new Error("observer");
        },
        async () => {
          throw new Error("observer");
        },
      ]) {
        printed.mockClear();
        const hub = new Hub({ features: [labOf()], onError });
        hub.subscribe(() => {
          throw new Error("told");
        });
        await hub.publish("s", LabTrace, {});
        await expect.poll(() => printed.mock.calls.flat().join()).toContain("told");
        expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 2n });
      }
    } finally {
      printed.mockRestore();
    }
  });

  test("without an observer an error of any shape is printed", async () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => {});
    try {
      const hub = new Hub({ features: [labOf()] });
      hub.subscribe(() => {
        throw Object.create(null);
      });
      await hub.publish("s", LabTrace, {});
      expect(printed.mock.calls.flat().join()).toContain('fanout at ordinal 1 in session "s"');
      expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 2n });
    } finally {
      printed.mockRestore();
    }
  });

  test("a subscription that ended is told nothing more", async () => {
    const { hub } = watched();
    const fanned: UiBatch[] = [];
    const end = hub.subscribe((batch) => fanned.push(batch));
    await hub.publish("s", LabTrace, {});
    end();
    await hub.publish("s", LabTrace, {});
    expect(fanned.map(({ ordinal }) => ordinal)).toEqual([1n]);
  });

  test("a fan-out may publish", async () => {
    const { hub } = watched();
    let echo: Promise<unknown> | undefined;
    hub.subscribe(({ ordinal }) => {
      if (ordinal === 1n) echo = hub.publish("s", LabTrace, { text: "echo" });
    });
    await hub.publish("s", LabTrace, {});
    expect(await echo).toEqual({ ordinal: 2n });
  });
});

describe("store errors", () => {
  test("refuse the events of the batch, are reported, and the session goes on", async () => {
    let fails = true;
    const inner = memoryStore();
    const store = wrapStore(inner, {
      commit: async (batches) => {
        if (fails) throw new Error("full");
        return inner.commit(batches);
      },
    });
    const { hub, reports, fanned } = watched({ store });
    await hub.session("s");
    const outcomes = await Promise.allSettled([hub.publish("s", LabTrace, {}), hub.publish("s", LabTrace, {})]);
    expect(outcomes).toMatchObject(Array(2).fill({ status: "rejected", reason: { code: "STORE_FAILED" } }));
    expect(reports.map(({ step, ordinal }) => [step, ordinal])).toEqual([
      ["store", 1n],
      ["store", 2n],
    ]);
    fails = false;
    expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 1n });
    expect(fanned.map(({ ordinal }) => ordinal)).toEqual([1n]);
  });

  test("a session that cannot be loaded refuses its events and is loaded again", async () => {
    let fails = true;
    const inner = memoryStore();
    const store = wrapStore(inner, {
      load: async (id) => {
        if (fails && id === "s") throw new Error("unreadable");
        return inner.load(id);
      },
    });
    const { hub } = watched({ store });
    await expect(hub.publish("s", LabTrace, {})).rejects.toThrow("unreadable");
    await expect(hub.session("s")).rejects.toThrow("unreadable");
    expect(await hub.publish("other", LabTrace, {})).toEqual({ ordinal: 1n });
    fails = false;
    expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 1n });
  });
});

describe("snapshot", () => {
  test("as of an ordinal honours tombstones and the places in history", async () => {
    const { hub } = watched();
    await hub.publish("s", LabNoteSet, { number: 1, text: "one" });
    await hub.publish("s", LabNoteAppended, { number: 1, text: "+" });
    await hub.publish("s", LabNoteDeleted, { number: 1 });
    await hub.publish("s", LabNoteSet, { number: 1, text: "anew" });
    const at = async (asOf?: bigint) => {
      const { ordinal, entities } = await hub.snapshot("s", asOf === undefined ? {} : { asOf });
      return [
        ordinal,
        ...entities.map(({ id, createdOrdinal, lastEventOrdinal, payload }) => [
          id,
          createdOrdinal,
          lastEventOrdinal,
          (payload as { text?: string }).text,
        ]),
      ];
    };
    expect(await at(0n)).toEqual([0n]);
    expect(await at(1n)).toEqual([1n, ["1", 1n, 1n, "one"]]);
    expect(await at(2n)).toEqual([2n, ["1", 1n, 2n, "one+"]]);
    expect(await at(3n)).toEqual([3n]);
    expect(await at()).toEqual([4n, ["1", 4n, 4n, "anew"]]);
    expect(await at(99n)).toEqual(await at());
  });

  test("of a session that nobody used is empty, at 0", async () => {
    const snapshot = await watched().hub.snapshot("nobody");
    expect([snapshot.ordinal, snapshot.entities, snapshot.list(LabNote)]).toEqual([0n, [], []]);
  });

  test("keeps explicit presence and prototype defaults through a spread", async () => {
    const { hub } = watched();
    await hub.publish("s", LabReadingTaken, { meter: "m" });
    await hub.publish("s", LabReadingTaken, { meter: "m", value: 3 });
    const reading = (await hub.snapshot("s")).get(LabReading, "m");
    expect(reading).toMatchObject({ value: 3, unit: "volt", times: 2 });
    expect(Object.hasOwn(reading ?? {}, "unit")).toBe(false);
  });
});

describe("client", () => {
  test("sees live UI events of its session and of one name, and the snapshot", async () => {
    const { hub } = watched();
    const client = hub.client("mine", lab);
    const seen: unknown[] = [];
    const end = client.on(LabTold, ({ name, ordinal, payload }) => seen.push([name, ordinal, payload.event]));
    await hub.publish("other", LabTrace, {});
    await hub.publish("mine", LabCounterAdded, { name: "c", amount: 2n });
    end();
    await hub.publish("mine", LabTrace, {});
    expect(seen).toEqual([["LabTold", 1n, "LabCounterAdded"]]);
    expect((await client.snapshot()).get(LabCounter, "c")?.total).toBe(2n);
  });

  test("refuses a session id that is none", () => {
    expect(() => watched().hub.client("", lab)).toThrow(expect.objectContaining({ code: "INVALID_SESSION" }));
  });
});
