import { expect, test, vi } from "vitest";
import { TestClient } from "../../runtime/test/ws/support/client.js";
import { slowStore } from "../../runtime/test/ws/support/slow-store.js";
import { starting } from "../../runtime/test/ws/support/started.js";
import { ordinalsOf } from "../../runtime/test/ws/support/transcripts.js";
import { BoardSet } from "../fixtures/board/board.js";
import { inMemory } from "../fixtures/board/serve.js";

const start = starting(inMemory);

test("a hydration flush of more than 1,024 batches does not overflow a queue, even of a client that does not read yet", async () => {
  const slow = slowStore();
  const { hub, at, transport } = await start({}, { store: slow.store });
  await hub.session("s");
  const release = slow.hold("s");
  const client = await TestClient.open(at);
  client.subscribe("s");
  await vi.waitFor(() => expect(slow.loads).toBe(2));
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
  expect(frames.map((frame) => Object.keys(frame)[0])).toEqual([
    "snapshot",
    ...Array(2000).fill("uiEvent"),
    "subscribed",
    "uiEvent",
  ]);
  expect(ordinalsOf(frames)).toEqual(Array.from({ length: 2001 }, (_, index) => index + 1));
});
