import type { Hub } from "@sessionstream/runtime";
import { memoryStore } from "@sessionstream/runtime";
import { expect, test, vi } from "vitest";
import {
  BoardAppended,
  BoardAttached,
  BoardMoved,
  BoardRemoved,
  BoardSet,
  BoardTouched,
} from "../../../../test/fixtures/board/board.js";
import { brokenBoard } from "../../../../test/fixtures/board/broken-board.js";
import { wrapStore } from "../../../../test/fixtures/stores.js";
import { type Frame, TestClient } from "../support/client.js";
import { Copy, notesOf } from "../support/copy.js";
import { publishUntilLagging } from "../support/lagging.js";
import { slowStore } from "../support/slow-store.js";
import type { Start } from "../support/started.js";
import * as frame from "../support/transcripts.js";

async function epochOf(hub: Hub): Promise<string> {
  return (await hub.hydrate("s")).epoch;
}

export function resumeConformance(start: Start): void {
  test("a client that has nothing is told so, gets the whole, and an epoch to come back with", async () => {
    const { hub, at } = await start();
    const client = await TestClient.open(at);
    expect(await client.resumed("s")).toEqual([frame.reset("new", "", "s", 0), frame.subscribed("s")]);
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    await hub.publish("s", BoardRemoved, { nonce: "a" });
    await hub.publish("s", BoardSet, { code: "b", message: "2" });
    const epoch = await epochOf(hub);
    expect(epoch).not.toBe("");
    expect(await (await TestClient.open(at)).resumed("s")).toEqual([
      frame.reset("new", epoch, "s", 3, frame.noteEntity("b", "2", 3, 3)),
      frame.subscribed("s"),
    ]);
  });

  test("a client that comes back gets what changed since its snapshot, tombstones too, then live UI events", async () => {
    const { hub, at } = await start();
    for (const code of ["a", "b", "c", "d"]) await hub.publish("s", BoardSet, { code, message: "1" });
    const epoch = await epochOf(hub);
    await hub.publish("s", BoardAppended, { code: "b", message: "2" });
    await hub.publish("s", BoardRemoved, { nonce: "c" });
    await hub.publish("s", BoardMoved, { code: "d", detail: "e" });
    const client = await TestClient.open(at);
    expect(await client.resumed("s", 4n, epoch)).toEqual([
      frame.delta(
        epoch,
        "s",
        7,
        frame.noteEntity("b", "12", 2, 5),
        frame.noteEntity("e", "1", 7, 7),
        frame.noteTombstone("c", 3, 6),
        frame.noteTombstone("d", 4, 7),
      ),
      frame.subscribed("s", "4"),
    ]);
    await hub.publish("s", BoardSet, { code: "c", message: "3" });
    expect(await client.takeAll()).toEqual([frame.noteSet("s", 8, "c", "3")]);
    // What was deleted and made again is an entity again.
    expect(await client.resumed("s", 7n, epoch)).toEqual([
      frame.delta(epoch, "s", 8, frame.noteEntity("c", "3", 8, 8)),
      frame.subscribed("s", "7"),
    ]);
  });

  test("where nothing changed the delta is empty, at the ordinal that the timeline has come to", async () => {
    const { hub, at } = await start();
    await hub.publish("s", BoardSet, { code: "a" });
    const epoch = await epochOf(hub);
    const client = await TestClient.open(at);
    expect(await client.resumed("s", 1n, epoch)).toEqual([frame.delta(epoch, "s", 1), frame.subscribed("s", "1")]);
    await hub.publish("s", BoardTouched, {});
    expect(await client.resumed("s", 1n, epoch)).toEqual([frame.delta(epoch, "s", 2), frame.subscribed("s", "1")]);
  });

  test("UI events that come in while a delta loads follow it, above its ordinal, before subscribed", async () => {
    const slow = slowStore();
    const { hub, at } = await start({}, { store: slow.store });
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    const epoch = await epochOf(hub);
    await hub.publish("s", BoardAppended, { code: "a", message: "2" });
    const before = slow.loads;
    const release = slow.hold("s");
    const client = await TestClient.open(at);
    client.resume("s", 1n, epoch);
    await vi.waitFor(() => expect(slow.loads).toBe(before + 1));
    await hub.publish("s", BoardAppended, { code: "a", message: "3" });
    release();
    expect(await client.take(3)).toEqual([
      frame.delta(epoch, "s", 2, frame.noteEntity("a", "12", 1, 2)),
      frame.noteAppended("s", 3, "a", "3"),
      frame.subscribed("s", "1"),
    ]);
  });

  test("a client of a timeline that was repaired, of another history or of a session that is not there begins anew: epoch", async () => {
    const { hub, at } = await start();
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    const before = await epochOf(hub);
    await hub.rebuild("s");
    const epoch = await epochOf(hub);
    expect(epoch).not.toBe(before);
    const client = await TestClient.open(at);
    const whole = frame.reset("epoch", epoch, "s", 1, frame.noteEntity("a", "1", 1, 1));
    for (const other of [before, "made up", "x".repeat(10_000)]) {
      expect(await client.resumed("s", 1n, other)).toEqual([whole, frame.subscribed("s", "1")]);
    }
    expect(await client.resumed("t", 1n, epoch)).toEqual([
      frame.reset("epoch", "", "t", 0),
      frame.subscribed("t", "1"),
    ]);
  });

  test("a client whose ordinal the session has not reached begins anew: ahead", async () => {
    const { hub, at } = await start();
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    const epoch = await epochOf(hub);
    const client = await TestClient.open(at);
    for (const since of [2n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(await client.resumed("s", since, epoch)).toEqual([
        frame.reset("ahead", epoch, "s", 1, frame.noteEntity("a", "1", 1, 1)),
        frame.subscribed("s", `${since}`),
      ]);
    }
  });

  test("a client of a timeline that stands begins anew: stalled; after the repair, epoch", async () => {
    const feature = brokenBoard(2n);
    const { hub, at } = await start({}, { features: [feature] });
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    const before = await epochOf(hub);
    await hub.publish("s", BoardAppended, { code: "a", message: "2" });
    const client = await TestClient.open(at);
    expect(await client.resumed("s", 1n, before)).toEqual([
      frame.reset("stalled", before, "s", 1, frame.noteEntity("a", "1", 1, 1)),
      frame.noteAppended("s", 2, "a", "2"),
      frame.subscribed("s", "1"),
    ]);
    feature.mend();
    await hub.retry("s");
    expect(await client.take(2)).toEqual([
      frame.reset("epoch", await epochOf(hub), "s", 2, frame.noteEntity("a", "12", 1, 2)),
      frame.subscribed("s", "1"),
    ]);
  });

  test("half of what it takes to resume is nothing: new", async () => {
    const { hub, at } = await start();
    await hub.publish("s", BoardSet, { code: "a" });
    const epoch = await epochOf(hub);
    const client = await TestClient.open(at);
    const whole = frame.reset("new", epoch, "s", 1, frame.noteEntity("a", "", 1, 1));
    expect(await client.resumed("s", 0n, epoch)).toEqual([whole, frame.subscribed("s")]);
    expect(await client.resumed("s", 1n, "")).toEqual([whole, frame.subscribed("s", "1")]);
  });

  test("a client that does not ask with resume gets what it always got, whatever else it gives", async () => {
    const { hub, at } = await start();
    for (let i = 0; i < 1500; i++) await hub.publish("s", BoardSet, { code: `${i}` });
    const client = await TestClient.open(at);
    client.send({ subscribe: { sessionId: "s", sinceSnapshotOrdinal: "7", epoch: await epochOf(hub) } });
    const [whole, ...rest] = await client.takeUntil(({ subscribed }) => subscribed);
    expect(Object.keys(whole.snapshot)).toEqual(["sessionId", "snapshotOrdinal", "entities"]);
    expect(whole.snapshot.entities).toHaveLength(1500);
    expect(rest).toEqual([frame.subscribed("s", "7")]);
  });

  describePages(start);

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
    const slow = slowStore();
    const { hub, at, transport } = await start(options, { store: slow.store });
    await hub.publish("s", BoardSet, { code: "a" });
    await hub.publish("s", BoardSet, { code: "b" });
    const epoch = await epochOf(hub);
    const client = await TestClient.open(at);
    const before = slow.loads;
    const releaseFirst = slow.hold("s");
    client.resume("s");
    await vi.waitFor(() => expect(slow.loads).toBe(before + 1));
    for (let i = 3; i <= 8; i++) await hub.publish("s", BoardSet, { code: "a", message });
    releaseFirst();
    // The delta may be too short as well.
    const releaseSecond = slow.hold("s");
    await vi.waitFor(() => expect(slow.loads).toBe(before + 2));
    for (let i = 9; i <= 14; i++) await hub.publish("s", BoardSet, { code: "b", message });
    releaseSecond();
    const releaseThird = slow.hold("s");
    await vi.waitFor(() => expect(slow.loads).toBe(before + 3));
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

  test("where a timeline stands and too many events come in again and again, it is a hydration_buffer_overflow", async () => {
    const slow = slowStore();
    const { hub, at } = await start({ maxHeldEvents: 3 }, { store: slow.store, features: [brokenBoard(2n)] });
    await hub.publish("s", BoardSet, { code: "a" });
    await hub.publish("s", BoardSet, { code: "b" });
    const client = await TestClient.open(at);
    const before = slow.loads;
    let release = slow.hold("s");
    client.resume("s");
    for (const round of [1, 2]) {
      await vi.waitFor(() => expect(slow.loads).toBe(before + round));
      for (let i = 0; i < 5; i++) await hub.publish("s", BoardSet, { code: "c" });
      release();
      release = slow.hold("s");
    }
    release();
    const frames = await client.takeUntil(({ error }) => error);
    expect(frames.map((taken) => taken.snapshot?.resetReason ?? taken.error.code)).toEqual([
      "new",
      "hydration_buffer_overflow",
    ]);
  });

  test("what came in before a snapshot is loaded again does not count as held", async () => {
    const slow = slowStore();
    const { hub, at } = await start({ maxHeldEvents: 3 }, { store: slow.store });
    await hub.publish("s", BoardSet, { code: "a" });
    const client = await TestClient.open(at);
    const before = slow.loads;
    let release = slow.hold("s");
    client.subscribe("s");
    await vi.waitFor(() => expect(slow.loads).toBe(before + 1));
    for (let i = 2; i <= 4; i++) await hub.publish("s", BoardSet, { code: "a", message: `${i}` });
    // Makes it load again.
    const payload = { typeUrl: "type.googleapis.com/unknown.Type", value: new Uint8Array() };
    await hub.publish("s", BoardAttached, { id: "x", payload });
    release();
    release = slow.hold("s");
    await vi.waitFor(() => expect(slow.loads).toBe(before + 2));
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

  test("a repair is told to all who follow, with the whole and its new epoch", async () => {
    const { hub, at } = await start();
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    const client = await TestClient.open(at);
    await client.resumed("s", 1n, await epochOf(hub));
    await hub.publish("s", BoardAppended, { code: "a", message: "2" });
    await hub.rebuild("s");
    expect(await client.take(3)).toEqual([
      frame.noteAppended("s", 2, "a", "2"),
      frame.reset("epoch", await epochOf(hub), "s", 2, frame.noteEntity("a", "12", 1, 2)),
      frame.subscribed("s", "1"),
    ]);
  });
}

function describePages(start: Start): void {
  /** The snapshots' frames up to `subscribed`, and how often something else came between them. */
  async function pagesOf(client: TestClient): Promise<{ pages: Frame[]; kinds: string[] }> {
    const frames = await client.takeUntil(({ subscribed }) => subscribed);
    const kinds = frames.map((taken) => Object.keys(taken)[0] ?? "");
    return { pages: frames.flatMap(({ snapshot }) => snapshot ?? []), kinds };
  }

  test("a large snapshot comes in frames of at most 1,000 entities, which together are the timeline in its order", async () => {
    const { hub, at } = await start();
    await Promise.all(Array.from({ length: 2500 }, (_, i) => hub.publish("s", BoardSet, { code: `${i}` })));
    const epoch = await epochOf(hub);
    const client = await TestClient.open(at);
    client.resume("s");
    const { pages, kinds } = await pagesOf(client);
    expect(kinds).toEqual(["snapshot", "snapshot", "snapshot", "subscribed"]);
    const { entities: _, ...head } = frame.reset("new", epoch, "s", 2500).snapshot;
    expect(pages.map(({ entities, ...fields }) => [fields, entities.length])).toEqual([
      [{ ...head, more: true }, 1000],
      [{ ...head, more: true, page: 1 }, 1000],
      [{ ...head, page: 2 }, 500],
    ]);
    const ids = pages.flatMap(({ entities }) => entities).map(({ id }: Frame) => id);
    expect(ids).toEqual((await hub.snapshot("s")).entities.map(({ id }) => id));
  });

  test("a frame has at most 256 KiB of entities, or one that is larger", async () => {
    const { hub, at } = await start();
    const sizes = [100_000, 100_000, 100_000, 400_000, 10, 300_000, 200_000];
    for (const [i, size] of sizes.entries()) {
      await hub.publish("s", BoardSet, { code: `${i}`, message: "é".repeat(size / 2) });
    }
    const client = await TestClient.open(at);
    client.resume("s");
    const { pages } = await pagesOf(client);
    expect(pages.map(({ entities }) => entities.map(({ id }: Frame) => id).join(""))).toEqual([
      "01",
      "2",
      "3",
      "4",
      "5",
      "6",
    ]);
  });

  test("a delta comes in several frames too, tombstones at its end", async () => {
    const { hub, at } = await start();
    await hub.publish("s", BoardSet, { code: "old" });
    const epoch = await epochOf(hub);
    await Promise.all(Array.from({ length: 1500 }, (_, i) => hub.publish("s", BoardSet, { code: `${i}` })));
    await hub.publish("s", BoardRemoved, { nonce: "old" });
    const client = await TestClient.open(at);
    client.resume("s", 1n, epoch);
    const { pages } = await pagesOf(client);
    expect(pages.map(({ mode, page, more, entities }) => [mode, page, more, entities.length])).toEqual([
      ["SNAPSHOT_MODE_DELTA", undefined, true, 1000],
      ["SNAPSHOT_MODE_DELTA", 1, undefined, 501],
    ]);
    expect(pages.at(-1)?.entities.at(-1)).toEqual(frame.noteTombstone("old", 1, 1502));
  });

  test("between the frames of a snapshot others have their turn; what comes in follows the last one", async () => {
    const { hub, at } = await start();
    await Promise.all(Array.from({ length: 10_000 }, (_, i) => hub.publish("s", BoardSet, { code: `${i}` })));
    const [client, other] = [await TestClient.open(at), await TestClient.open(at)];
    let isDone = false;
    client.resume("s");
    const pages = pagesOf(client).finally(() => {
      isDone = true;
    });
    let published = 0;
    while (!isDone) {
      await hub.publish("s", BoardAppended, { code: "0", message: "." });
      published++;
      await other.takeAll();
    }
    const { kinds } = await pages;
    expect(kinds.filter((kind) => kind === "snapshot")).toHaveLength(10);
    expect(kinds.join(" ")).toMatch(/^(snapshot ){10}(uiEvent )*subscribed$/);
    expect(published).toBeGreaterThan(1);
  });

  test("a repair between the frames of a snapshot leaves no half of the old one", async () => {
    const inner = memoryStore();
    let rebuild: (() => Promise<unknown>) | undefined;
    const store = wrapStore(inner, {
      async load(sessionId, options) {
        const loaded = await inner.load(sessionId, options);
        const repair = rebuild;
        rebuild = undefined;
        if (repair !== undefined) setImmediate(() => void repair());
        return loaded;
      },
    });
    const { hub, at } = await start({}, { store });
    await Promise.all(Array.from({ length: 5000 }, (_, i) => hub.publish("s", BoardSet, { code: `${i}` })));
    const before = await epochOf(hub);
    const client = await TestClient.open(at);
    rebuild = () => hub.rebuild("s");
    client.resume("s");
    await vi.waitFor(async () => expect(await epochOf(hub)).not.toBe(before));
    const copy = new Copy();
    do {
      for (const taken of await client.takeUntil(({ subscribed }) => subscribed)) copy.apply(taken);
    } while (copy.epoch === before);
    expect(await client.takeAll()).toEqual([]);
    expect([copy.epoch, copy.notes.size]).toEqual([await epochOf(hub), 5000]);
  });
}
