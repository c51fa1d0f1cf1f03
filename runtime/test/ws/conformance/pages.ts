import { memoryStore } from "@sessionstream/runtime";
import { expect, test, vi } from "vitest";
import { BoardAppended, BoardRemoved, BoardSet } from "../../../../test/fixtures/board/board.js";
import { wrapStore } from "../../../../test/fixtures/stores.js";
import { type Frame, TestClient } from "../support/client.js";
import { Copy } from "../support/copy.js";
import { epochOf } from "../support/epoch.js";
import type { Start } from "../support/started.js";
import * as frame from "../support/transcripts.js";

/** How a snapshot comes that is too large for one frame. */
export function pageConformance(start: Start): void {
  /** The snapshots' frames up to `subscribed`, and how often something else came between them. */
  async function pagesOf(client: TestClient): Promise<{ pages: Frame[]; kinds: string[] }> {
    const frames = await client.takeUntil(({ subscribed }) => subscribed);
    const kinds = frames.map((taken) => Object.keys(taken)[0] ?? "");
    return { pages: frames.flatMap(({ snapshot }) => snapshot ?? []), kinds };
  }

  test("a large snapshot comes in frames of at most 1,000 entities, which together are the timeline in its order", async () => {
    const { hub, at } = await start();
    await Promise.all(Array.from({ length: 2500 }, (_, i) => hub.publish("s", BoardSet, { code: `${i}` })));
    const epoch = await epochOf(hub);
    const client = await TestClient.open(at);
    client.resume("s");
    const { pages, kinds } = await pagesOf(client);
    expect(kinds).toEqual(["snapshot", "snapshot", "snapshot", "subscribed"]);
    const { entities: _, ...head } = frame.reset("new", epoch, "s", 2500).snapshot;
    expect(pages.map(({ entities, ...fields }) => [fields, entities.length])).toEqual([
      [{ ...head, more: true }, 1000],
      [{ ...head, more: true, page: 1 }, 1000],
      [{ ...head, page: 2 }, 500],
    ]);
    const ids = pages.flatMap(({ entities }) => entities).map(({ id }: Frame) => id);
    expect(ids).toEqual((await hub.snapshot("s")).entities.map(({ id }) => id));
  });

  test("a frame has at most 256 KiB of entities, or one that is larger", async () => {
    const { hub, at } = await start();
    const sizes = [100_000, 100_000, 100_000, 400_000, 10, 300_000, 200_000];
    for (const [i, size] of sizes.entries()) {
      await hub.publish("s", BoardSet, { code: `${i}`, message: "é".repeat(size / 2) });
    }
    const client = await TestClient.open(at);
    client.resume("s");
    const { pages } = await pagesOf(client);
    expect(pages.map(({ entities }) => entities.map(({ id }: Frame) => id).join(""))).toEqual([
      "01",
      "2",
      "3",
      "4",
      "5",
      "6",
    ]);
  });

  test("a delta comes in several frames too, tombstones at its end", async () => {
    const { hub, at } = await start();
    await hub.publish("s", BoardSet, { code: "old" });
    const epoch = await epochOf(hub);
    await Promise.all(Array.from({ length: 1500 }, (_, i) => hub.publish("s", BoardSet, { code: `${i}` })));
    await hub.publish("s", BoardRemoved, { nonce: "old" });
    const client = await TestClient.open(at);
    client.resume("s", 1n, epoch);
    const { pages } = await pagesOf(client);
    expect(pages.map(({ mode, page, more, entities }) => [mode, page, more, entities.length])).toEqual([
      ["SNAPSHOT_MODE_DELTA", undefined, true, 1000],
      ["SNAPSHOT_MODE_DELTA", 1, undefined, 501],
    ]);
    expect(pages.at(-1)?.entities.at(-1)).toEqual(frame.noteTombstone("old", 1, 1502));
  });

  test("between the frames of a snapshot others have their turn; what comes in follows the last one", async () => {
    const { hub, at } = await start();
    await Promise.all(Array.from({ length: 10_000 }, (_, i) => hub.publish("s", BoardSet, { code: `${i}` })));
    const [client, other] = [await TestClient.open(at), await TestClient.open(at)];
    let isDone = false;
    client.resume("s");
    const pages = pagesOf(client).finally(() => {
      isDone = true;
    });
    let published = 0;
    while (!isDone) {
      await hub.publish("s", BoardAppended, { code: "0", message: "." });
      published++;
      await other.takeAll();
    }
    const { kinds } = await pages;
    expect(kinds.filter((kind) => kind === "snapshot")).toHaveLength(10);
    expect(kinds.join(" ")).toMatch(/^(snapshot ){10}(uiEvent )*subscribed$/);
    expect(published).toBeGreaterThan(1);
  });

  test("a repair between the frames of a snapshot leaves no half of the old one", async () => {
    const inner = memoryStore();
    let rebuild: (() => Promise<unknown>) | undefined;
    const store = wrapStore(inner, {
      async session(sessionId) {
        const read = await inner.session(sessionId);
        const repair = rebuild;
        rebuild = undefined;
        if (repair !== undefined) setImmediate(() => void repair());
        return read;
      },
    });
    const { hub, at } = await start({}, { store });
    await Promise.all(Array.from({ length: 5000 }, (_, i) => hub.publish("s", BoardSet, { code: `${i}` })));
    const before = await epochOf(hub);
    const client = await TestClient.open(at);
    rebuild = () => hub.rebuild("s");
    client.resume("s");
    await vi.waitFor(async () => expect(await epochOf(hub)).not.toBe(before), 10_000);
    const copy = new Copy();
    do {
      for (const taken of await client.takeUntil(({ subscribed }) => subscribed)) copy.apply(taken);
    } while (copy.epoch === before);
    expect(await client.takeAll()).toEqual([]);
    expect([copy.epoch, copy.notes.size]).toEqual([await epochOf(hub), 5000]);
  });
}
