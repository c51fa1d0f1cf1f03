import type { Hub } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { TestClient } from "../../runtime/test/ws/support/client.js";
import { starting } from "../../runtime/test/ws/support/started.js";
import { noteSet } from "../../runtime/test/ws/support/transcripts.js";
import { BoardSet } from "../fixtures/board/board.js";
import { inMemory } from "../fixtures/board/serve.js";

const start = starting(inMemory);

/** Counts the payloads that are encoded, by how often their type is looked up for that. */
function countEncoded(hub: Hub): () => number {
  const { protobuf } = hub.registry;
  let count = 0;
  const counting = {
    ...protobuf,
    getMessage(typeName: string) {
      count++;
      return protobuf.getMessage(typeName);
    },
  };
  Object.defineProperty(hub.registry, "protobuf", { value: counting });
  return () => count;
}

test("a payload is not encoded again for every connection, and not at all where nobody listens", async () => {
  const { hub, at } = await start();
  const encoded = countEncoded(hub);
  await hub.publish("s", BoardSet, { code: "a" });
  expect(encoded()).toBe(0);
  const clients = await Promise.all(Array.from({ length: 20 }, () => TestClient.open(at)));
  await clients[0]?.follow("s");
  const before = encoded();
  await hub.publish("s", BoardSet, { code: "b" });
  const forOne = encoded() - before;
  for (const client of clients.slice(1)) await client.follow("s");
  const between = encoded();
  await hub.publish("s", BoardSet, { code: "c" });
  for (const client of clients.slice(1)) expect(await client.takeAll()).toEqual([noteSet("s", 3, "c", "")]);
  expect(encoded() - between).toBe(forOne);
  expect(forOne).toBeGreaterThan(0);
});

test("nothing is cloned: every fan-out gets the payload itself", async () => {
  const { hub } = await start();
  const payloads: unknown[] = [];
  for (let i = 0; i < 2; i++) hub.subscribe(({ events }) => payloads.push(events[0]?.payload));
  await hub.publish("s", BoardSet, { code: "a" });
  expect(payloads).toHaveLength(2);
  expect(payloads[0]).toBe(payloads[1]);
});
