import { create, fromJson } from "@bufbuild/protobuf";
import { anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import { ErrorFrameSchema, ServerFrameSchema } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import { expect, test } from "vitest";
import {
  BoardAppended,
  BoardAttached,
  BoardMoved,
  BoardRemoved,
  BoardSet,
  BoardTouched,
} from "../../../../test/fixtures/board/board.js";
import { TestClient } from "../support/client.js";
import type { Start } from "../support/started.js";
import * as frame from "../support/transcripts.js";

export function frameConformance(start: Start): void {
  test("hello comes first, names the connection and what the server understands", async () => {
    const { at, transport } = await start();
    const client = new TestClient(at);
    const [hello] = await client.take(1);
    expect(hello).toEqual({
      hello: { connectionId: transport.connections()[0]?.id, extensions: ["resume", "metadata"] },
    });
    expect(await client.takeAll()).toEqual([]);
  });

  test("subscribe gives the snapshot, subscribed, then live UI events", async () => {
    const { hub, at } = await start();
    await hub.publish("s", BoardSet, { code: "a", message: "1" });
    await hub.publish("s", BoardSet, { code: "b", message: "2" });
    await hub.publish("s", BoardAppended, { code: "a", message: "3" });
    const client = await TestClient.open(at);
    client.subscribe("s", "17");
    expect(await client.take(2)).toEqual([
      frame.snapshot("s", 3, frame.noteEntity("a", "13", 1, 3), frame.noteEntity("b", "2", 2, 2)),
      frame.subscribed("s", "17"),
    ]);
    await hub.publish("s", BoardSet, { code: "c", message: "4" });
    await hub.publish("s", BoardTouched, {});
    await hub.publish("s", BoardRemoved, { nonce: "b" });
    expect(await client.takeAll()).toEqual([frame.noteSet("s", 4, "c", "4"), frame.noteRemoved("s", 6, "b")]);
  });

  test("a session that nobody used has an empty snapshot at 0", async () => {
    const client = await TestClient.open((await start()).at);
    expect(await client.follow("new")).toEqual([frame.snapshot("new", 0), frame.subscribed("new")]);
  });

  test("all UI events of an ordinal come, in the order of the projection", async () => {
    const { hub, at } = await start();
    await hub.publish("s", BoardSet, { code: "a", message: "x" });
    const client = await TestClient.open(at);
    await client.follow("s");
    await hub.publish("s", BoardMoved, { code: "a", detail: "b" });
    expect(await client.takeAll()).toEqual([frame.noteRemoved("s", 2, "a"), frame.noteSet("s", 2, "b", "x")]);
  });

  test("after unsubscribed no UI event of the session comes; others go on", async () => {
    const { hub, at } = await start();
    const client = await TestClient.open(at);
    await client.follow("s");
    await client.follow("t");
    client.send({ unsubscribe: { sessionId: "s" } });
    expect(await client.take(1)).toEqual([frame.unsubscribed("s")]);
    await hub.publish("s", BoardSet, { code: "a" });
    await hub.publish("t", BoardSet, { code: "b" });
    expect(await client.takeAll()).toEqual([frame.noteSet("t", 1, "b", "")]);
  });

  test("unsubscribing from what was never subscribed is answered alike", async () => {
    const client = await TestClient.open((await start()).at);
    client.send({ unsubscribe: { sessionId: "s" } });
    expect(await client.takeAll()).toEqual([frame.unsubscribed("s")]);
  });

  test("who subscribes again gets a snapshot again and each event once", async () => {
    const { hub, at } = await start();
    const client = await TestClient.open(at);
    await client.follow("s");
    await hub.publish("s", BoardSet, { code: "a" });
    client.subscribe("s");
    expect(await client.take(3)).toEqual([
      frame.noteSet("s", 1, "a", ""),
      frame.snapshot("s", 1, frame.noteEntity("a", "", 1, 1)),
      frame.subscribed("s"),
    ]);
    await hub.publish("s", BoardSet, { code: "b" });
    expect(await client.takeAll()).toEqual([frame.noteSet("s", 2, "b", "")]);
  });

  test("ping is answered with its nonce, pong is not answered", async () => {
    const client = await TestClient.open((await start()).at);
    client.send({ ping: { nonce: "n" } });
    client.send({ pong: { nonce: "m" } });
    client.send({ ping: {} });
    expect(await client.take(2)).toEqual([{ pong: { nonce: "n" } }, { pong: {} }]);
    expect(await client.takeAll()).toEqual([]);
  });

  test.each([
    ["malformed JSON", '{"subscribe":'],
    ["nothing", ""],
    ["an unknown field", '{"ping":{"nonce":"n","since":1}}'],
    ["an unknown frame", '{"submit":{}}'],
    ["two frames in one", '{"ping":{},"pong":{}}'],
    ["a value of another type", '{"subscribe":{"sessionId":7}}'],
    ["an ordinal that is none", '{"subscribe":{"sessionId":"s","sinceSnapshotOrdinal":"-1"}}'],
    ["half a character", '{"subscribe":{"sessionId":"\\ud800"}}'],
    ["an array", "[]"],
    ["JSON nested deep", "[".repeat(30_000)],
  ])("%s is a bad_client_frame, and the connection goes on", async (_, text) => {
    const client = await TestClient.open((await start()).at);
    client.webSocket.send(text);
    expect(await client.takeAll()).toEqual([frame.unreadable]);
  });

  test("a binary message is a bad_client_frame and closes with 1003", async () => {
    const client = await TestClient.open((await start()).at);
    client.webSocket.send(Buffer.from('{"ping":{}}'));
    expect(await client.take(1)).toEqual([
      frame.error("bad_client_frame", "frames are text messages of protobuf JSON"),
    ]);
    expect(await client.closed).toEqual({ code: 1003, reason: "want text" });
  });

  test("an empty frame is a protocol_error", async () => {
    const client = await TestClient.open((await start()).at);
    client.send({});
    client.send({ ping: null });
    const empty = frame.error("protocol_error", "the frame is empty: want subscribe, unsubscribe, ping or pong");
    expect(await client.takeAll()).toEqual([empty, empty]);
  });

  test.each([
    ["empty", ""],
    ["too long", "x".repeat(513)],
  ])("a session id that is %s is a protocol_error", async (_, sessionId) => {
    const { at, transport } = await start();
    const client = await TestClient.open(at);
    client.send({ subscribe: { sessionId } });
    client.send({ unsubscribe: { sessionId } });
    const unusable = frame.error("protocol_error", "the session id is not usable");
    expect(await client.takeAll()).toEqual([unusable, unusable]);
    expect(transport.connections()[0]?.subscriptions).toEqual([]);
  });

  test("Any payloads resolve with the registry of the features, also within payloads and entities", async () => {
    const { hub, at } = await start();
    const client = await TestClient.open(at);
    await client.follow("s");
    const inner = anyPack(ErrorFrameSchema, create(ErrorFrameSchema, { code: "in" }));
    await hub.publish("s", BoardAttached, { kind: "kept", id: "x", payload: inner });
    const [live] = await client.takeAll();
    expect(live.uiEvent.payload).toEqual({
      "@type": "type.googleapis.com/sessionstream.v1.SnapshotEntity",
      kind: "kept",
      id: "x",
      payload: { "@type": "type.googleapis.com/sessionstream.v1.ErrorFrame", code: "in" },
    });
    const registry = hub.registry.protobuf;
    for (const json of [live, (await client.follow("s"))[0]]) {
      const decoded = fromJson(ServerFrameSchema, json, { registry }).frame;
      const payload =
        decoded.case === "uiEvent"
          ? decoded.value.payload
          : decoded.case === "snapshot" && decoded.value.entities[0]?.payload;
      expect(payload && anyUnpack(payload, registry)).toMatchObject({ kind: "kept", id: "x" });
    }
  });
}
