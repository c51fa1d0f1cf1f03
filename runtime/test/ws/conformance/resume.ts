import { expect, test, vi } from "vitest";
import {
  BoardAppended,
  BoardMoved,
  BoardRemoved,
  BoardSet,
  BoardTouched,
} from "../../../../test/fixtures/board/board.js";
import { brokenBoard } from "../../../../test/fixtures/board/broken-board.js";
import { TestClient } from "../support/client.js";
import { epochOf } from "../support/epoch.js";
import { slowHydrations } from "../support/slow-hydrations.js";
import type { Start } from "../support/started.js";
import * as frame from "../support/transcripts.js";

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
        frame.noteEntity("e", "1", 7, 7, 1),
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
    const { hub, at } = await start();
    const slow = slowHydrations(hub);
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    // Of a timeline that was repaired, too.
    await hub.rebuild("s");
    await hub.publish("s", BoardAppended, { code: "a", message: "2" });
    const epoch = await epochOf(hub);
    const before = slow.begun;
    const release = slow.hold("s");
    const client = await TestClient.open(at);
    client.resume("s", 1n, epoch);
    await vi.waitFor(() => expect(slow.begun).toBe(before + 1));
    await hub.publish("s", BoardAppended, { code: "a", message: "3" });
    release();
    expect(await client.take(3)).toEqual([
      frame.delta(epoch, "s", 2, frame.noteEntity("a", "12", 1, 2)),
      frame.noteAppended("s", 3, "a", "3"),
      frame.subscribed("s", "1"),
    ]);
  });

  test("a client of a timeline that was repaired, or of another history begins anew: epoch", async () => {
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
  });

  test("a client of a session that is there no more, or that was deleted and begun anew, begins anew: deleted", async () => {
    const { hub, at } = await start();
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    const before = await epochOf(hub);
    await hub.delete("s");
    const client = await TestClient.open(at);
    expect(await client.resumed("s", 1n, before)).toEqual([
      frame.reset("deleted", "", "s", 0),
      frame.subscribed("s", "1"),
    ]);
    await hub.publish("s", BoardSet, { code: "b", message: "2" });
    const other = await TestClient.open(at);
    expect(await other.resumed("s", 1n, before)).toEqual([
      frame.reset("deleted", await epochOf(hub), "s", 1, frame.noteEntity("b", "2", 1, 1)),
      frame.subscribed("s", "1"),
    ]);
  });

  test("a client is told that its session was deleted, and shows what begins under its id", async () => {
    const { hub, at } = await start();
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    const epoch = await epochOf(hub);
    const client = await TestClient.open(at);
    expect(await client.resumed("s", 0n, "")).toEqual([
      frame.reset("new", epoch, "s", 1, frame.noteEntity("a", "1", 1, 1)),
      frame.subscribed("s"),
    ]);
    expect(await hub.delete("s")).toBe(true);
    expect(await client.take(2)).toEqual([frame.reset("deleted", "", "s", 0), frame.subscribed("s")]);
    await hub.publish("s", BoardAppended, { code: "b", message: "2" });
    expect(await client.take(1)).toEqual([frame.noteAppended("s", 1, "b", "2")]);
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
      frame.stopped(
        { name: "BoardAppended", ordinal: "2", reason: "failed" },
        frame.reset("stalled", before, "s", 1, frame.noteEntity("a", "1", 1, 1)),
      ),
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
