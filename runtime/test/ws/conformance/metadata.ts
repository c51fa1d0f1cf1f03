import { expect, test, vi } from "vitest";
import { BoardAppended, BoardMoved, BoardSet } from "../../../../test/fixtures/board/board.js";
import { brokenBoard } from "../../../../test/fixtures/board/broken-board.js";
import { type Frame, TestClient } from "../support/client.js";
import { slowStore } from "../support/slow-store.js";
import type { Start } from "../support/started.js";
import * as frame from "../support/transcripts.js";

export function metadataConformance(start: Start): void {
  test("a client that asks hears when each event was ordered; one that does not gets what it always got", async () => {
    const { hub, at } = await start();
    const [asking, plain] = [await TestClient.open(at), await TestClient.open(at)];
    await following(asking, "s");
    await plain.follow("s");
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    await hub.publish("s", BoardMoved, { code: "a", detail: "b" });
    const [set, moved] = await hub.events("s");
    const frames = await plain.takeAll();
    expect(frames).toEqual([
      frame.noteSet("s", 1, "a", "1"),
      frame.noteRemoved("s", 2, "a"),
      frame.noteSet("s", 2, "b", "1"),
    ]);
    const times = [set?.time, moved?.time, moved?.time];
    expect(await asking.takeAll()).toEqual(frames.map((each, index) => withTime(each, times[index])));
  });

  test("each subscription has what it last asked for", async () => {
    const { hub, at } = await start();
    const client = await TestClient.open(at);
    await following(client, "s");
    await client.follow("t");
    await client.follow("s");
    await following(client, "t");
    await hub.publish("s", BoardSet, { code: "a" });
    await hub.publish("t", BoardSet, { code: "a" });
    const [event] = await hub.events("t");
    expect(await client.takeAll()).toEqual([
      frame.noteSet("s", 1, "a", ""),
      withTime(frame.noteSet("t", 1, "a", ""), event?.time),
    ]);
  });

  test("what is held while the snapshot loads has the time, too", async () => {
    const slow = slowStore();
    const { hub, at } = await start({}, { store: slow.store });
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    const release = slow.hold("s");
    const client = await TestClient.open(at);
    const frames = following(client, "s");
    await vi.waitFor(() => expect(slow.loads).toBe(2));
    await hub.publish("s", BoardAppended, { code: "a", message: "2" });
    release();
    const [, event] = await hub.events("s");
    expect(await frames).toEqual([
      frame.snapshot("s", 1, frame.noteEntity("a", "1", 1, 1)),
      withTime(frame.noteAppended("s", 2, "a", "2"), event?.time),
      frame.subscribed("s"),
    ]);
  });

  test("the UI events that a snapshot lacks have the time that is stored", async () => {
    const { hub, at } = await start({}, { features: [brokenBoard(2n)] });
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    await hub.publish("s", BoardAppended, { code: "a", message: "2" });
    const [, event] = await hub.events("s");
    const client = await TestClient.open(at);
    expect((await following(client, "s")).slice(1)).toEqual([
      withTime(frame.noteAppended("s", 2, "a", "2"), event?.time),
      frame.subscribed("s"),
    ]);
  });
}

/** Subscribes as a client that takes metadata, and takes what comes up to `subscribed`. */
function following(client: TestClient, sessionId: string): Promise<Frame[]> {
  client.send({ subscribe: { sessionId, metadata: true } });
  return client.takeUntil((each) => each.subscribed?.sessionId === sessionId);
}

function withTime({ uiEvent }: Frame, time: number | undefined): Frame {
  return { uiEvent: { ...uiEvent, time: String(time) } };
}
