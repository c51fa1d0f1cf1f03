import { Hub, memoryStore, type Store } from "@sessionstream/runtime";
import { failingStore, storeConformance } from "@sessionstream/runtime/testing";
import * as vitest from "vitest";
import { describe, expect, test } from "vitest";
import { LabTrace } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";
import { settles } from "../../hub/gate.js";

describe("failingStore", () => {
  // Told nothing, it is the store that it wraps.
  storeConformance(vitest, "a failing store that is not told to fail", {
    open: () => failingStore(memoryStore()),
  });

  function world() {
    const inner = memoryStore();
    const store = failingStore(inner);
    const hub = new Hub({ features: [labOf()], store, onError: () => {} });
    return { inner, store, hub, ordinal: async () => (await inner.session("s"))?.ordinal };
  }

  test("fails the next call of a method, once, without an effect", async () => {
    const { hub, store, ordinal } = world();
    store.failNext("commit", { error: new Error("the disk is full") });
    await expect(hub.publish("s", LabTrace, {})).rejects.toThrow("the disk is full");
    expect(await ordinal()).toBeUndefined();
    expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 1n });
  });

  test("fails several calls, and those that were planned earlier first", async () => {
    const { store } = world();
    store.failNext("load", { error: "first", times: 2 });
    store.failNext("load");
    const outcomes = [];
    for (let call = 0; call < 4; call++) outcomes.push(await store.load("s").catch((error: unknown) => error));
    expect(outcomes).toEqual(["first", "first", new Error("the store was made to fail: load"), undefined]);
  });

  test("fails after the effect, as a network that breaks before the answer", async () => {
    const { hub, store, ordinal } = world();
    store.failNext("commit", { afterEffect: true });
    // The hub looks the batch up, and finds that it is in.
    expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 1n });
    expect(await ordinal()).toBe(1n);
    store.failNext("commit", { afterEffect: true });
    store.failNext("hasBatch");
    await expect(hub.publish("s", LabTrace, {})).rejects.toThrow();
    expect(await ordinal()).toBe(2n);
  });

  test.each([false, true])("holds a call back, before its effect or its answer (%s)", async (afterEffect) => {
    const { hub, store, ordinal } = world();
    const held = store.holdNext("commit", { afterEffect });
    const published = hub.publish("s", LabTrace, {});
    await held.reached;
    expect(await settles(published)).toBe(false);
    expect(await ordinal()).toBe(afterEffect ? 1n : undefined);
    held.release();
    expect(await published).toEqual({ ordinal: 1n });
  });

  test("lets a held call fail, also before it has come", async () => {
    const { hub, store, ordinal } = world();
    store.holdNext("commit").fail(new Error("gone"));
    await expect(hub.publish("s", LabTrace, {})).rejects.toThrow("gone");
    expect(await ordinal()).toBeUndefined();
  });

  test("passes on what a store has besides", async () => {
    const inner: Store & { readonly path: string; ping(text: string): Promise<string> } = Object.assign(memoryStore(), {
      path: "x",
      ping: async (text: string) => text,
    });
    const store = failingStore(inner) as typeof inner & ReturnType<typeof failingStore>;
    expect([store.path, await store.ping("a")]).toEqual(["x", "a"]);
    // A method of a store that this release does not know can be made to fail, too.
    store.failNext("ping" as never);
    await expect(store.ping("b")).rejects.toThrow("the store was made to fail: ping");
  });
});
