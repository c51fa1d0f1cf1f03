import { memoryStore } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { BoardAttached, BoardSet } from "../../../test/fixtures/board/board.js";
import { inMemory } from "../../../test/fixtures/board/serve.js";
import { wrapStore } from "../../../test/fixtures/stores.js";
import { TestClient } from "./support/client.js";
import { starting } from "./support/started.js";
import { ordinalsOf } from "./support/transcripts.js";

const start = starting(inMemory);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

test("a client that stops reading: no error travels back through publish, and no session stops", async () => {
  const errors: unknown[] = [];
  const { hub, at, transport } = await start(
    { maxBufferedBytes: 2 ** 16 },
    { onError: ({ error }) => errors.push(error) },
  );
  const [slow, beside, elsewhere] = [await TestClient.open(at), await TestClient.open(at), await TestClient.open(at)];
  await slow.follow("s");
  await beside.follow("s");
  await elsewhere.follow("t");
  slow.webSocket.pause();
  for (let i = 0; i < 500; i++) {
    await hub.publish("s", BoardSet, { code: "a", message: "x".repeat(1000) });
    await hub.publish("t", BoardSet, { code: "a" });
  }
  expect(transport.connections().map(({ subscriptions }) => subscriptions[0]?.state)).toEqual([
    "lagging",
    "live",
    "live",
  ]);
  expect(ordinalsOf(await beside.takeAll())).toEqual(upTo(500));
  expect(ordinalsOf(await elsewhere.takeAll())).toEqual(upTo(500));
  expect(errors).toEqual([]);
});

test("a store that cannot be watched ends the subscription, and nothing else", async () => {
  const inner = memoryStore();
  let isBroken = true;
  const store = wrapStore(inner, {
    watch: (listener) => {
      if (isBroken) throw new Error("it cannot be watched");
      return inner.watch(listener);
    },
  });
  const { at } = await start({}, { store });
  const client = await TestClient.open(at);
  client.subscribe("s");
  const [frame] = await client.take(1);
  expect(frame).toMatchObject({ error: { code: "snapshot_failed", sessionId: "s" } });
  isBroken = false;
  await client.follow("s");
});

test("an event that cannot be encoded stops neither publish, nor other sessions, nor what comes after it in its own", async () => {
  const errors: string[] = [];
  const { hub, at } = await start({}, { onError: ({ step }) => errors.push(step) });
  const [here, elsewhere] = [await TestClient.open(at), await TestClient.open(at)];
  await here.follow("s");
  await elsewhere.follow("t");
  const unreadable = { typeUrl: "type.googleapis.com/unknown.Type", value: new Uint8Array([0xff]) };
  await hub.publish("s", BoardAttached, { id: "x", payload: unreadable });
  await hub.publish("t", BoardSet, { code: "a" });
  expect(ordinalsOf(await elsewhere.takeAll())).toEqual([1]);
  // Those who miss it start over with a snapshot.
  const [again] = await here.takeUntil(({ subscribed }) => subscribed);
  expect(again.snapshot.snapshotOrdinal).toBe("1");
  await hub.publish("s", BoardSet, { code: "a" });
  expect(ordinalsOf(await here.takeAll())).toEqual([2]);
  expect(errors).toEqual(["fanout"]);
});
