import { expect, test } from "vitest";
import { BoardAppended, BoardRemoved, BoardSet } from "../../../test/fixtures/board/board.js";
import { inMemory, type Served } from "../../../test/fixtures/board/serve.js";
import { memoryPlace } from "../../../test/fixtures/stores.js";
import { TestClient } from "./support/client.js";
import { Copy, notesOf } from "./support/copy.js";
import { starting } from "./support/started.js";

const start = starting(inMemory);

async function withNotes(count: number): Promise<Served> {
  const served = await start({}, { store: memoryPlace().open() });
  const notes = Array.from({ length: count }, (_, i) => ({ code: `${100_000 + i}`, message: "x".repeat(100) }));
  await Promise.all(notes.map((note) => served.hub.publish("s", BoardSet, note)));
  return served;
}

/** Resumes a copy, and says how many bytes came in how many frames. */
async function resume(served: Served, copy: Copy) {
  const client = await TestClient.open(served.at);
  const sizes: number[] = [];
  client.webSocket.on("message", (data: Buffer) => sizes.push(data.length));
  for (const frame of await client.resumed("s", BigInt(copy.since), copy.epoch)) copy.apply(frame);
  await client.close();
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), largest: Math.max(...sizes), frames: sizes.length };
}

test("a resume costs what changed, however long the timeline is", async () => {
  const bytes: number[] = [];
  for (const count of [10, 10_000]) {
    const served = await withNotes(count);
    const copy = new Copy();
    await resume(served, copy);
    await served.hub.publish("s", BoardAppended, { code: "100003", message: "!" });
    await served.hub.publish("s", BoardRemoved, { nonce: "100005" });
    bytes.push((await resume(served, copy)).bytes);
    expect(copy.hydrations.map(({ mode }) => mode)).toEqual(["SNAPSHOT_MODE_RESET", "SNAPSHOT_MODE_DELTA"]);
    expect(copy.notes).toEqual(notesOf(await served.hub.snapshot("s")));
  }
  const [ofTen = 0, ofTenThousand = 0] = bytes;
  expect(ofTen).toBeLessThan(1000);
  // The ordinals have more digits.
  expect(ofTenThousand - ofTen).toBeLessThan(20);
});

test("a long timeline comes in frames of bounded size, and counts when all are there", async () => {
  const served = await withNotes(10_000);
  const copy = new Copy();
  const { frames, largest, bytes } = await resume(served, copy);
  // Ten or more of the snapshot, and `subscribed`.
  expect(frames).toBeGreaterThan(10);
  expect(largest).toBeLessThan(2 ** 18 + 1000);
  expect(bytes).toBeGreaterThan(8 * 2 ** 18);
  expect(copy.hydrations).toHaveLength(1);
  expect(copy.notes).toEqual(notesOf(await served.hub.snapshot("s")));
});
