import { memoryStore } from "@sessionstream/runtime";
import { expect, test, vi } from "vitest";
import { BoardAppended, BoardAttached, BoardSet } from "../../../../test/fixtures/board/board.js";
import { wrapStore } from "../../../../test/fixtures/stores.js";
import { TestClient } from "../support/client.js";
import { slowHydrations } from "../support/slow-hydrations.js";
import type { Start } from "../support/started.js";
import * as frame from "../support/transcripts.js";

export function hydrationConformance(start: Start): void {
  test("events held while the snapshot loads come after it, above its ordinal, before subscribed", async () => {
    const { hub, at } = await start();
    const slow = slowHydrations(hub);
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    const release = slow.hold("s");
    const client = await TestClient.open(at);
    client.subscribe("s");
    await vi.waitFor(() => expect(slow.begun).toBe(1));
    await hub.publish("s", BoardAppended, { code: "a", message: "2" });
    await hub.publish("s", BoardAppended, { code: "a", message: "3" });
    expect(await client.takeAll()).toEqual([]);
    release();
    expect(await client.take(4)).toEqual([
      frame.snapshot("s", 1, frame.noteEntity("a", "1", 1, 1)),
      frame.noteAppended("s", 2, "a", "2"),
      frame.noteAppended("s", 3, "a", "3"),
      frame.subscribed("s"),
    ]);
    await hub.publish("s", BoardAppended, { code: "a", message: "4" });
    expect(await client.takeAll()).toEqual([frame.noteAppended("s", 4, "a", "4")]);
  });

  test("an event that is durable but not yet fanned out when the snapshot is read comes once: within it", async () => {
    const inner = memoryStore();
    let gate = Promise.resolve();
    let commits = 0;
    const store = wrapStore(inner, {
      async commit(batches) {
        const outcomes = await inner.commit(batches);
        commits++;
        await gate;
        return outcomes;
      },
    });
    const { hub, at } = await start({}, { store });
    let release = () => {};
    gate = new Promise((resolve) => {
      release = resolve;
    });
    const published = hub.publish("s", BoardSet, { code: "a", message: "1" });
    await vi.waitFor(() => expect(commits).toBe(1));
    const client = await TestClient.open(at);
    client.subscribe("s");
    // It waits for what the store has already.
    expect(await client.takeAll()).toEqual([]);
    release();
    await published;
    expect(await client.take(2)).toEqual([
      frame.snapshot("s", 1, frame.noteEntity("a", "1", 1, 1)),
      frame.subscribed("s"),
    ]);
    await hub.publish("s", BoardSet, { code: "a", message: "2" });
    expect(await client.takeAll()).toEqual([frame.noteSet("s", 2, "a", "2")]);
  });

  test("a slow snapshot blocks neither pings, nor other subscriptions, nor other connections", async () => {
    const { hub, at, transport } = await start();
    const slow = slowHydrations(hub);
    await Promise.all(["s", "t"].map((sessionId) => hub.publish(sessionId, BoardSet, { code: "a" })));
    const waiting = await TestClient.open(at);
    const other = await TestClient.open(at);
    await waiting.follow("t");
    await other.follow("s");
    const release = slow.hold("s");
    waiting.subscribe("s");
    await hub.publish("t", BoardSet, { code: "b" });
    await hub.publish("s", BoardSet, { code: "c" });
    expect(await waiting.takeAll()).toEqual([frame.noteSet("t", 2, "b", "")]);
    expect(await other.takeAll()).toEqual([frame.noteSet("s", 2, "c", "")]);
    expect(await waiting.follow("u")).toEqual([frame.snapshot("u", 0), frame.subscribed("u")]);
    expect(transport.connections()[0]?.subscriptions).toEqual([
      { sessionId: "t", state: "live" },
      { sessionId: "s", state: "hydrating" },
      { sessionId: "u", state: "live" },
    ]);
    release();
    expect((await waiting.take(2)).map((taken) => Object.keys(taken)[0])).toContain("snapshot");
  });

  test("unsubscribing while the snapshot loads is the end of it", async () => {
    const { hub, at } = await start();
    const slow = slowHydrations(hub);
    const release = slow.hold("s");
    const client = await TestClient.open(at);
    client.subscribe("s");
    client.send({ unsubscribe: { sessionId: "s" } });
    expect(await client.takeAll()).toEqual([frame.unsubscribed("s")]);
    release();
    await hub.publish("s", BoardSet, { code: "a" });
    expect(await client.takeAll()).toEqual([]);
  });

  test("subscribing again while the snapshot loads gives one snapshot: the second", async () => {
    const { hub, at } = await start();
    const slow = slowHydrations(hub);
    const release = slow.hold("s");
    const client = await TestClient.open(at);
    client.subscribe("s", "1");
    await vi.waitFor(() => expect(slow.begun).toBe(1));
    client.subscribe("s", "2");
    expect(await client.takeAll()).toEqual([]);
    release();
    await hub.publish("s", BoardSet, { code: "a" });
    const frames = await client.takeUntil(({ uiEvent }) => uiEvent);
    frames.push(...(await client.takeAll()));
    expect(frames.filter(({ snapshot }) => snapshot)).toHaveLength(1);
    expect(frames.filter(({ subscribed }) => subscribed)).toEqual([frame.subscribed("s", "2")]);
    expect(frame.ordinalsOf(frames)).toEqual([1]);
  });

  test.each([
    ["events", { maxHeldEvents: 3 }, "x"],
    ["bytes", { maxBufferedBytes: 4000 }, "x".repeat(1000)],
  ])(
    "too many %s held are a hydration_buffer_overflow: the subscription ends, the connection stays",
    async (_, options, message) => {
      const { hub, at, transport } = await start(options);
      const slow = slowHydrations(hub);
      await hub.session("s");
      const release = slow.hold("s");
      const client = await TestClient.open(at);
      client.subscribe("s");
      await vi.waitFor(() => expect(slow.begun).toBe(1));
      for (let i = 0; i < 5; i++) await hub.publish("s", BoardSet, { code: "a", message });
      const overflow = "too many events came in while the snapshot loaded: subscribe again";
      expect(await client.takeAll()).toEqual([frame.error("hydration_buffer_overflow", overflow, "s")]);
      expect(transport.connections()[0]?.subscriptions).toEqual([]);
      release();
      expect(await client.follow("s")).toHaveLength(2);
    },
  );

  test("a snapshot that fails is told without internals", async () => {
    const { hub, at } = await start();
    const slow = slowHydrations(hub);
    const release = slow.hold("s");
    const client = await TestClient.open(at);
    client.subscribe("s");
    await vi.waitFor(() => expect(slow.begun).toBe(1));
    release(new Error("SQLITE_CORRUPT: /var/lib/secret.db"));
    expect(await client.take(1)).toEqual([frame.error("snapshot_failed", "the snapshot could not be loaded", "s")]);
    expect(await client.follow("s")).toHaveLength(2);
  });

  test("a closed hub gives no snapshots and harms nobody", async () => {
    const { hub, at } = await start();
    const client = await TestClient.open(at);
    await hub.close();
    client.subscribe("s");
    expect(await client.take(1)).toEqual([frame.error("snapshot_failed", "the snapshot could not be loaded", "s")]);
    expect(await (await TestClient.open(at)).takeAll()).toEqual([]);
  });

  test("concurrent publishers: joining in their midst, every client sees each later event once, in order", async () => {
    const { hub, at } = await start();
    let published = 0;
    const publishers = [1, 2, 3, 4].map(async (number) => {
      for (let i = 0; i < 100; i++) {
        await hub.publish("s", BoardAppended, { code: `${number}`, message: `${i};` });
        published++;
      }
    });
    const joined: Promise<void>[] = [];
    for (let i = 0; i < 8; i++) {
      await vi.waitFor(() => expect(published).toBeGreaterThan(40 * i), { interval: 1 });
      joined.push(
        (async () => {
          const client = await TestClient.open(at);
          const before = await client.follow("s");
          const from = Number(before[0].snapshot.snapshotOrdinal ?? 0);
          const rest = from === 400 ? [] : await client.takeUntil(({ uiEvent }) => uiEvent?.eventOrdinal === "400");
          const wanted = Array.from({ length: 400 - from }, (_, index) => from + 1 + index);
          expect(frame.ordinalsOf([...before, ...rest])).toEqual(wanted);
        })(),
      );
    }
    await Promise.all([...publishers, ...joined]);
  });

  test("what cannot be encoded is not lost silently: the client starts over, the hub hears of it", async () => {
    const errors: string[] = [];
    const { hub, at } = await start({}, { onError: ({ step }) => errors.push(step) });
    const client = await TestClient.open(at);
    await client.follow("s");
    const payload = { typeUrl: "type.googleapis.com/unknown.Type", value: new Uint8Array() };
    await hub.publish("s", BoardAttached, { id: "x", payload });
    await hub.publish("s", BoardSet, { code: "a" });
    const frames = await client.takeUntil(({ subscribed }) => subscribed);
    frames.push(...(await client.takeAll()));
    expect(errors).toEqual(["fanout"]);
    const { snapshotOrdinal } = frames[0].snapshot;
    expect(Number(snapshotOrdinal)).toBeGreaterThanOrEqual(1);
    expect(frame.ordinalsOf(frames)).toEqual(snapshotOrdinal === "1" ? [2] : []);
  });

  test("a timeline that is repaired is sent again", async () => {
    const { hub, at } = await start();
    const client = await TestClient.open(at);
    await client.follow("s");
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    await client.take(1);
    await hub.rebuild("s");
    expect(await client.take(2)).toEqual([
      frame.snapshot("s", 1, frame.noteEntity("a", "1", 1, 1)),
      frame.subscribed("s"),
    ]);
    await hub.publish("s", BoardSet, { code: "a", message: "2" });
    expect(await client.takeAll()).toEqual([frame.noteSet("s", 2, "a", "2")]);
  });
}
