import { expect, test, vi } from "vitest";
import { BoardAppended, BoardMoved, BoardSet } from "../../../test/fixtures/board/board.js";
import { brokenBoard } from "../../../test/fixtures/board/broken-board.js";
import { inMemory, overTcp } from "../../../test/fixtures/board/serve.js";
import { TestClient } from "./support/client.js";
import { slowHydrations } from "./support/slow-hydrations.js";
import { starting } from "./support/started.js";
import * as frame from "./support/transcripts.js";

const start = starting(overTcp);
const startInMemory = starting(inMemory);

test("a client that joins while the timeline stands gets the UI events between its snapshot and the log's end", async () => {
  const feature = brokenBoard(2n);
  const { hub, at } = await start({}, { features: [feature] });
  await hub.publish("s", BoardSet, { code: "a", message: "1" });
  await hub.publish("s", BoardAppended, { code: "a", message: "2" });
  await hub.publish("s", BoardAppended, { code: "a", message: "3" });
  const client = await TestClient.open(at);
  client.subscribe("s");
  expect(await client.take(4)).toEqual([
    frame.snapshot("s", 1, frame.noteEntity("a", "1", 1, 1)),
    frame.noteAppended("s", 2, "a", "2"),
    frame.noteAppended("s", 3, "a", "3"),
    frame.subscribed("s"),
  ]);
  await hub.publish("s", BoardAppended, { code: "a", message: "4" });
  expect(await client.take(1)).toEqual([frame.noteAppended("s", 4, "a", "4")]);

  // After the repair everyone begins anew with the whole.
  feature.mend();
  await hub.retry("s");
  expect(await client.take(2)).toEqual([
    frame.snapshot("s", 4, frame.noteEntity("a", "1234", 1, 4)),
    frame.subscribed("s"),
  ]);
});

test("thousands of events that are held while the snapshot loads end no subscription, even of a client that does not read yet", async () => {
  const { hub, at, transport } = await startInMemory();
  const slow = slowHydrations(hub);
  await hub.session("s");
  const release = slow.hold("s");
  const client = await TestClient.open(at);
  client.subscribe("s");
  await vi.waitFor(() => expect(slow.begun).toBe(1));
  client.webSocket.pause();
  const message = "x".repeat(300);
  await Promise.all(Array.from({ length: 2000 }, () => hub.publish("s", BoardSet, { code: "a", message })));
  release();
  const state = () => transport.connections()[0]?.subscriptions[0]?.state;
  await vi.waitFor(() => expect(state()).toBe("live"));
  await hub.publish("s", BoardSet, { code: "a" });
  expect(state()).toBe("live");
  client.webSocket.resume();
  const frames = await client.takeUntil(({ uiEvent }) => uiEvent?.eventOrdinal === "2001");
  expect(frames.map((taken) => Object.keys(taken)[0])).toEqual([
    "snapshot",
    ...Array(2000).fill("uiEvent"),
    "subscribed",
    "uiEvent",
  ]);
  expect(frame.ordinalsOf(frames)).toEqual(Array.from({ length: 2001 }, (_, index) => index + 1));
});

test("an ordinal is never half delivered: its UI events go in one write, or none of them", async () => {
  const { hub, at } = await startInMemory({ maxBufferedBytes: 20_000 });
  await hub.publish("s", BoardSet, { code: "a", message: "x".repeat(5000) });
  const client = await TestClient.open(at);
  await client.follow("s");
  client.webSocket.pause();
  // More than any stream in between holds: newer releases of Node.js let theirs hold more.
  for (let i = 0; i < 100; i++)
    await hub.publish("s", BoardMoved, { code: "ab"[i % 2] ?? "", detail: "ba"[i % 2] ?? "" });
  client.webSocket.resume();
  const frames = await client.takeUntil(({ subscribed }) => subscribed);
  const counts = new Map<number, number>();
  for (const ordinal of frame.ordinalsOf(frames)) counts.set(ordinal, (counts.get(ordinal) ?? 0) + 1);
  expect(counts.size).toBeGreaterThan(0);
  expect(counts.size).toBeLessThan(100);
  expect(new Set(counts.values())).toEqual(new Set([2]));
});
