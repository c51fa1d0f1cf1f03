import type { FullHydration, Hub, TimelineEntity } from "@sessionstream/runtime";
import { expect, test, vi } from "vitest";
import { BoardSet } from "../../../../test/fixtures/board/board.js";
import { inMemory } from "../../../../test/fixtures/board/serve.js";
import { TestClient } from "../support/client.js";
import { starting } from "../support/started.js";

const start = starting(inMemory);

/** Counts the entities of the hub's snapshots that are taken to be encoded; tells when it is the 1,500th. */
function countEncoded(hub: Hub, told: () => void) {
  const counted = { taken: 0, isDone: false };
  function* each(entities: Iterable<TimelineEntity>) {
    try {
      for (const entity of entities) {
        if (++counted.taken === 1500) told();
        yield entity;
      }
    } finally {
      counted.isDone = true;
    }
  }
  const hydrate = hub.hydrate.bind(hub);
  vi.spyOn(hub, "hydrate").mockImplementation(async (sessionId: string) => {
    const hydration = await hydrate(sessionId);
    const { ordinal, entities } = hydration.snapshot;
    const snapshot = { sessionId, ordinal, entities: each(entities) };
    return { ...hydration, snapshot } as unknown as FullHydration;
  });
  return counted;
}

test.each<[string, (client: TestClient) => void]>([
  ["left the session", (client) => client.send({ unsubscribe: { sessionId: "s" } })],
  ["went away", (client) => client.webSocket.terminate()],
])("pages are not encoded to the end for a client that %s", async (_, leave) => {
  const { hub, at } = await start();
  await Promise.all(Array.from({ length: 20_000 }, (_, i) => hub.publish("s", BoardSet, { code: `${i}` })));
  const client = await TestClient.open(at);
  const counted = countEncoded(hub, () => leave(client));
  client.resume("s");
  await vi.waitFor(() => expect(counted.isDone).toBe(true), 10_000);
  expect(counted.taken).toBeLessThan(15_000);
});
