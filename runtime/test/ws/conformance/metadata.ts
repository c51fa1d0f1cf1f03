import type { EventMetadata } from "@sessionstream/runtime/ws";
import { expect, test, vi } from "vitest";
import { BoardAppended, BoardMoved, BoardSet } from "../../../../test/fixtures/board/board.js";
import { brokenBoard } from "../../../../test/fixtures/board/broken-board.js";
import { type Frame, TestClient } from "../support/client.js";
import { slowHydrations } from "../support/slow-hydrations.js";
import type { Start } from "../support/started.js";
import * as frame from "../support/transcripts.js";

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

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

  test("a client that asks hears what the application tells of where an event comes from, and nobody else does", async () => {
    const { hub, at } = await start({ metadata: ({ trace }) => trace && { traceparent: trace.traceparent } });
    const [asking, plain] = [await TestClient.open(at), await TestClient.open(at)];
    await following(asking, "s");
    await plain.follow("s");
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    await hub.publish("s", BoardAppended, { code: "a", message: "2" }, { cause: 1n, trace: { traceparent } });
    await hub.publish("s", BoardAppended, { code: "a", message: "3" }, { cause: 1n });
    const events = await hub.events("s");
    const frames = await plain.takeAll();
    expect(frames).toEqual([
      frame.noteSet("s", 1, "a", "1"),
      frame.noteAppended("s", 2, "a", "2"),
      frame.noteAppended("s", 3, "a", "3"),
    ]);
    const more = [{}, { cause: "1", metadata: { traceparent } }, { cause: "1" }];
    const expected = frames.map((each, index) => ({
      uiEvent: { ...withTime(each, events[index]?.time).uiEvent, ...more[index] },
    }));
    expect(await asking.takeAll()).toEqual(expected);
  });

  test("what fails to tell of an event is reported, and its UI events go without", async () => {
    const answers: (() => unknown)[] = [
      () => {
        throw new Error("no");
      },
      () => ({ at: 1n }),
      () => [],
      () => null,
      () => Promise.reject(new Error("async")),
      () => new Map(),
    ];
    const reported: unknown[] = [];
    const { hub, at } = await start({
      metadata: ({ cause }) => answers[Number(cause) - 1]?.() as undefined,
      observer: ({ stage, connectionId, sessionId, ordinal, error }) => {
        if (stage === "error") reported.push([connectionId, sessionId, ordinal, (error as Error).message]);
      },
    });
    const client = await TestClient.open(at);
    await following(client, "s");
    for (const index of answers.keys()) {
      await hub.publish("s", BoardSet, { code: "a" }, { cause: BigInt(index + 1) });
    }
    const events = await hub.events("s");
    expect(await client.takeAll()).toEqual(
      events.map(({ ordinal, time, meta }) => ({
        uiEvent: {
          ...withTime(frame.noteSet("s", Number(ordinal), "a", ""), time).uiEvent,
          cause: String(meta.cause),
        },
      })),
    );
    const want = "want a JSON object or undefined";
    expect(reported).toEqual([
      ["", "s", 1n, "no"],
      ["", "s", 2n, expect.stringContaining("google.protobuf.Value")],
      ["", "s", 3n, expect.stringContaining(want)],
      ["", "s", 4n, expect.stringContaining(want)],
      ["", "s", 5n, expect.stringContaining(want)],
      ["", "s", 6n, expect.stringContaining(want)],
    ]);
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
    const { hub, at } = await start();
    const slow = slowHydrations(hub);
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    const release = slow.hold("s");
    const client = await TestClient.open(at);
    const frames = following(client, "s");
    await vi.waitFor(() => expect(slow.begun).toBe(1));
    await hub.publish("s", BoardAppended, { code: "a", message: "2" });
    release();
    const [, event] = await hub.events("s");
    expect(await frames).toEqual([
      frame.snapshot("s", 1, frame.noteEntity("a", "1", 1, 1)),
      withTime(frame.noteAppended("s", 2, "a", "2"), event?.time),
      frame.subscribed("s"),
    ]);
  });

  test("the UI events that a snapshot lacks have the metadata that is stored", async () => {
    const metadata: EventMetadata = ({ trace }) => ({ of: trace?.traceparent ?? null });
    const { hub, at } = await start({ metadata }, { features: [brokenBoard(2n)] });
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    await hub.publish("s", BoardAppended, { code: "a", message: "2" }, { trace: { traceparent } });
    const [, event] = await hub.events("s");
    const client = await TestClient.open(at);
    const { uiEvent } = withTime(frame.noteAppended("s", 2, "a", "2"), event?.time);
    expect((await following(client, "s")).slice(1)).toEqual([
      { uiEvent: { ...uiEvent, metadata: { of: traceparent } } },
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
