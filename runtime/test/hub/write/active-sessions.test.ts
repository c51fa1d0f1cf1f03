import type { JsonObject } from "@bufbuild/protobuf";
import { memoryStore, type Store } from "@sessionstream/runtime";
import { describe, expect, test, vi } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabTrace,
  LabWork,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import type { LabSwitches } from "../../../../test/fixtures/lab.js";
import { memoryPlace, wrapStore } from "../../../../test/fixtures/stores.js";
import { watched } from "../watched.js";

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

  test("is made once for each session, also after a restart", async () => {
    const place = memoryPlace();
    const factory = vi.fn((id: string) => ({ for: id }));
    for (let opening = 0; opening < 2; opening++) {
      const { hub } = watched({ store: place.open(), sessionMetadata: factory });
      for (const id of ["a", "b", "a"]) await hub.publish(id, LabTrace, {});
      expect((await hub.session("a")).metadata).toEqual({ for: "a" });
      await hub.close();
    }
    expect(factory.mock.calls).toEqual([["a"], ["b"]]);
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

test.each([[undefined], [[1]], ["x"]])("metadata %s, which is no JSON object, is refused", async (metadata) => {
  const { hub } = watched({ sessionMetadata: () => metadata as unknown as JsonObject });
  await expect(hub.publish("s", LabTrace, {})).rejects.toMatchObject({
    code: "INVALID_OPTION",
    message: expect.stringContaining("hub option sessionMetadata: got"),
  });
});

/** What a session with one entity counts as, in bytes, before the entity is stored. */
const smallest = 6_300;

/** A store that notes which sessions are loaded. */
function noteLoads(store: Store): { readonly watching: Store; readonly loads: string[] } {
  const loads: string[] = [];
  const watching = wrapStore(store, {
    load: (id) => {
      loads.push(id);
      return store.load(id);
    },
  });
  return { watching, loads };
}

describe("idle sessions", () => {
  test("leave the memory and come back as they were", async () => {
    const { watching, loads } = noteLoads(memoryStore());
    const { hub } = watched({ store: watching, keepIdle: 0 });
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
      work: ({ background }) => background("busy", () => new Promise((resolve) => (stop = resolve))),
    };
    const { hub } = watched({ keepIdle: 0, switches });
    await hub.submit("busy", LabWork, {});
    for (const id of ["a", "b", "c"]) await hub.publish(id, LabTrace, {});
    expect((await hub.session("busy")).background).toEqual(["busy"]);
    stop();
    await hub.waitIdle("busy");
  });

  test("beyond a size leave the memory, those used last stay", async () => {
    const store = memoryPlace().open();
    const { watching, loads } = noteLoads(store);
    const { hub } = watched({ store: watching, keepIdle: 10.5 * smallest });
    const publish = (index: number) => hub.publish(`s${index}`, LabCounterAdded, { name: "c", amount: 1n });
    for (let index = 0; index < 100; index++) await publish(index);
    loads.length = 0;
    // The ten used last are still there, the others are read again and go on where they were.
    for (let index = 99; index >= 90; index--) await publish(index);
    expect(loads).toEqual([]);
    expect(await publish(0)).toEqual({ ordinal: 2n });
    expect(loads).toEqual(["s0"]);
    loads.length = 0;
    // What the first event changed was stored as the session left.
    expect(await store.session("s0")).toMatchObject({ ordinal: 2n, cursor: 1n });
    expect((await hub.snapshot("s0")).get(LabCounter, "c")?.total).toBe(2n);
  });

  test("that are large leave sooner, also when they grow or come in one by one to be read", async () => {
    const store = memoryPlace().open();
    const { watching, loads } = noteLoads(store);
    const { hub } = watched({ store: watching, keepIdle: 200_000 });
    const notes = (count: number, size: number) =>
      Array.from({ length: count }, (_, index) =>
        LabCounterAdded.of({ name: `${index}${"x".repeat(size)}`, amount: 1n }),
      );
    for (const id of ["small", "other"]) await hub.publish(id, notes(1, 1));
    await hub.publish("growing", notes(20, 1_000));
    await hub.publish("growing", notes(20, 10_000));
    loads.length = 0;
    // It has taken the place of the others, though they had been there before it grew.
    await hub.publish("small", notes(1, 1));
    expect(loads).toEqual(["small"]);
    await hub.snapshot("growing");
    await hub.snapshot("small");
    loads.length = 0;
    // Both have room only one after the other.
    for (let round = 0; round < 2; round++) {
      await hub.publish(`large ${round}`, notes(10, 20_000));
      await hub.snapshot("growing");
    }
    expect(loads).toEqual(["large 0", "growing", "large 1", "growing"]);
  });
});
