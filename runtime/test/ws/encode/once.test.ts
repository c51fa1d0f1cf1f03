import type { Hub } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { BoardSet } from "../../../../test/fixtures/board/board.js";
import { inMemory } from "../../../../test/fixtures/board/serve.js";
import { TestClient } from "../support/client.js";
import { starting } from "../support/started.js";
import { noteSet } from "../support/transcripts.js";

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

test("a payload is encoded once for all connections, and not at all where nobody listens", async () => {
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
  // Once more for all that take metadata, and not for the others where there are none.
  for (const client of clients) client.send({ subscribe: { sessionId: "s", metadata: true } });
  for (const client of clients) await client.takeUntil(({ subscribed }) => subscribed !== undefined);
  const asking = encoded();
  await hub.publish("s", BoardSet, { code: "d" });
  for (const client of clients) expect(await client.takeAll()).toHaveLength(1);
  expect(encoded() - asking).toBe(forOne);
  await clients[0]?.follow("s");
  const both = encoded();
  await hub.publish("s", BoardSet, { code: "e" });
  for (const client of clients) expect(await client.takeAll()).toHaveLength(1);
  expect(encoded() - both).toBe(2 * forOne);
});
