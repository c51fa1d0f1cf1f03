import { expect, test, vi } from "vitest";
import { BoardAppended, BoardAttached, BoardRemoved, BoardSet } from "../../../../test/fixtures/board/board.js";
import { brokenBoard } from "../../../../test/fixtures/board/broken-board.js";
import { type Frame, TestClient } from "../support/client.js";
import { Copy, notesOf } from "../support/copy.js";
import { epochOf } from "../support/epoch.js";
import { publishUntilLagging } from "../support/lagging.js";
import { slowHydrations } from "../support/slow-hydrations.js";
import type { Start } from "../support/started.js";
import * as frame from "../support/transcripts.js";

/** What a client gets that cannot be told each UI event. */
export function catchingUpConformance(start: Start): void {
  test("a laggard gets what changed since the snapshot that it was sent", async () => {
    const { hub, at, transport } = await start({ maxBufferedBytes: 2 ** 16 });
    for (let i = 0; i < 20; i++) await hub.publish("s", BoardSet, { code: `kept ${i}` });
    const client = await TestClient.open(at);
    const copy = new Copy();
    for (const taken of await client.resumed("s")) copy.apply(taken);
    client.webSocket.pause();
    await publishUntilLagging(hub, transport);
    await hub.publish("s", BoardRemoved, { nonce: "kept 7" });
    client.webSocket.resume();
    // It may have caught up and lagged again meanwhile.
    const frames = await client.takeUntil(({ subscribed }) => subscribed);
    const { ordinal } = await hub.publish("s", BoardAppended, { code: "last", message: "!" });
    for (const taken of frames) copy.apply(taken);
    while (copy.ordinal < Number(ordinal)) for (const taken of await client.take(1)) copy.apply(taken);
    const snapshots = frames.flatMap(({ snapshot }) => snapshot ?? []);
    const { epoch } = await hub.hydrate("s");
    expect(snapshots.length).toBeGreaterThan(0);
    for (const { mode, epoch: sent, entities } of snapshots) {
      expect([mode, sent]).toEqual(["SNAPSHOT_MODE_DELTA", epoch]);
      // Nothing of what did not change.
      expect(entities.filter(({ id, tombstone }: Frame) => id.startsWith("kept") && !tombstone)).toEqual([]);
    }
    expect(copy.notes).toEqual(notesOf(await hub.snapshot("s")));
  });

  test.each([
    ["events", { maxHeldEvents: 3 }, "x"],
    ["bytes", { maxBufferedBytes: 4000 }, "x".repeat(1000)],
  ])("where too many %s come in while the snapshot loads, a delta follows it", async (_, options, message) => {
    const { hub, at, transport } = await start(options);
    const slow = slowHydrations(hub);
    await hub.publish("s", BoardSet, { code: "a" });
    await hub.publish("s", BoardSet, { code: "b" });
    const epoch = await epochOf(hub);
    const client = await TestClient.open(at);
    const before = slow.begun;
    const releaseFirst = slow.hold("s");
    client.resume("s");
    await vi.waitFor(() => expect(slow.begun).toBe(before + 1));
    for (let i = 3; i <= 8; i++) await hub.publish("s", BoardSet, { code: "a", message });
    releaseFirst();
    // The delta may be too short as well.
    const releaseSecond = slow.hold("s");
    await vi.waitFor(() => expect(slow.begun).toBe(before + 2));
    for (let i = 9; i <= 14; i++) await hub.publish("s", BoardSet, { code: "b", message });
    releaseSecond();
    const releaseThird = slow.hold("s");
    await vi.waitFor(() => expect(slow.begun).toBe(before + 3));
    await hub.publish("s", BoardSet, { code: "a", message: "15" });
    releaseThird();
    expect(await client.takeUntil(({ subscribed }) => subscribed)).toEqual([
      frame.reset("new", epoch, "s", 2, frame.noteEntity("a", "", 1, 1), frame.noteEntity("b", "", 2, 2)),
      frame.delta(epoch, "s", 8, frame.noteEntity("a", message, 1, 8)),
      frame.delta(epoch, "s", 14, frame.noteEntity("b", message, 2, 14)),
      frame.noteSet("s", 15, "a", "15"),
      frame.subscribed("s"),
    ]);
    expect(transport.connections()[0]?.subscriptions[0]?.state).toBe("live");
  });

  test.each([
    ["resumes", (client: TestClient) => client.resume("s")],
    ["does not", (client: TestClient) => client.subscribe("s")],
  ])(
    "where a timeline stands and more comes in than is held, a client that %s gets it from the log",
    async (_, follow) => {
      const { hub, at } = await start({ maxHeldEvents: 3 }, { features: [brokenBoard(2n)] });
      for (let i = 0; i < 500; i++) await hub.publish("s", BoardSet, { code: "a" });
      const client = await TestClient.open(at);
      follow(client);
      const frames = await client.takeUntil(({ snapshot }) => snapshot);
      // While the log is read.
      const publishing = Promise.all(Array.from({ length: 500 }, () => hub.publish("s", BoardSet, { code: "c" })));
      frames.push(...(await client.takeUntil(({ uiEvent }) => uiEvent?.eventOrdinal === "1000")));
      await publishing;
      frames.push(...(await client.takeAll()));
      expect(frames.filter(({ snapshot }) => snapshot).map(({ snapshot }) => snapshot.snapshotOrdinal)).toEqual(["1"]);
      expect(frame.ordinalsOf(frames)).toEqual(Array.from({ length: 999 }, (_, index) => index + 2));
      expect(frames.filter(({ subscribed }) => subscribed)).toHaveLength(1);
    },
  );

  test("what a timeline lacks is sent at the speed of the client, and of one that reads nothing little is kept", async () => {
    const { hub, at, transport } = await start({ maxBufferedBytes: 10_000 }, { features: [brokenBoard(2n)] });
    const message = "x".repeat(8000);
    await Promise.all(Array.from({ length: 2000 }, () => hub.publish("s", BoardSet, { code: "a", message })));
    const client = await TestClient.open(at);
    client.webSocket.pause();
    client.resume("s");
    await vi.waitFor(() => expect(transport.connections()[0]?.bufferedBytes).toBeGreaterThan(1000), 10_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(transport.connections()[0]?.bufferedBytes).toBeLessThan(200_000);
    client.webSocket.resume();
    const frames = await client.takeUntil(({ subscribed }) => subscribed);
    expect(frame.ordinalsOf(frames)).toEqual(Array.from({ length: 1999 }, (_, index) => index + 2));
  });

  test("what came in before a snapshot is loaded again does not count as held", async () => {
    const { hub, at } = await start({ maxHeldEvents: 3 });
    const slow = slowHydrations(hub);
    await hub.publish("s", BoardSet, { code: "a" });
    const client = await TestClient.open(at);
    const before = slow.begun;
    let release = slow.hold("s");
    client.subscribe("s");
    await vi.waitFor(() => expect(slow.begun).toBe(before + 1));
    for (let i = 2; i <= 4; i++) await hub.publish("s", BoardSet, { code: "a", message: `${i}` });
    // Makes it load again.
    const payload = { typeUrl: "type.googleapis.com/unknown.Type", value: new Uint8Array() };
    await hub.publish("s", BoardAttached, { id: "x", payload });
    release();
    release = slow.hold("s");
    await vi.waitFor(() => expect(slow.begun).toBe(before + 2));
    for (let i = 6; i <= 8; i++) await hub.publish("s", BoardSet, { code: "a", message: `${i}` });
    release();
    expect(await client.takeUntil(({ subscribed }) => subscribed)).toEqual([
      frame.snapshot("s", 5, frame.noteEntity("a", "4", 1, 4)),
      ...[6, 7, 8].map((ordinal) => frame.noteSet("s", ordinal, "a", `${ordinal}`)),
      frame.subscribed("s"),
    ]);
  });

  test("a client gets a delta instead of UI events that cannot be encoded", async () => {
    const { hub, at } = await start();
    await hub.publish("s", BoardSet, { code: "a" });
    const client = await TestClient.open(at);
    await client.resumed("s");
    const payload = { typeUrl: "type.googleapis.com/unknown.Type", value: new Uint8Array() };
    await hub.publish("s", BoardAttached, { id: "x", payload });
    expect(await client.take(2)).toEqual([frame.delta(await epochOf(hub), "s", 2), frame.subscribed("s")]);
  });
}
