import { type Feature, Hub, type Store } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import {
  BoardAppended,
  BoardAttached,
  BoardNote,
  BoardRemoved,
  BoardSet,
  board,
  boardFeature,
} from "../../../../test/fixtures/board/board.js";
import { brokenBoard } from "../../../../test/fixtures/board/broken-board.js";
import { collected } from "../../../../test/fixtures/collected.js";
import { places, wrapStore } from "../../../../test/fixtures/stores.js";

describe.each(places)("hub.hydrate over %s", (_, make) => {
  test("gives what changed since then: of each entity the last state, or that it is no more", async () => {
    const loaded: number[] = [];
    const place = make();
    let hub = new Hub({ features: [board], store: place.open() });
    for (const code of ["a", "b", "c"]) await hub.publish("s", BoardSet, { code, message: "1" });
    const { mode, reason, epoch, snapshot, missed } = await hub.hydrate("s");
    expect([mode, reason, snapshot.ordinal, snapshot.entities.length]).toEqual(["reset", "new", 3n, 3]);
    expect(await collected(missed())).toEqual([]);
    for (const message of ["2", "3"]) await hub.publish("s", BoardAppended, { code: "b", message });
    await hub.publish("s", BoardRemoved, { nonce: "a" });
    const delta = {
      mode: "delta",
      epoch,
      sessionId: "s",
      ordinal: 6n,
      changed: [
        {
          kind: "BoardNote",
          id: "b",
          createdOrdinal: 2n,
          position: 0,
          lastEventOrdinal: 5n,
          payload: expect.objectContaining({ message: "123" }),
        },
      ],
      deleted: [{ kind: "BoardNote", id: "a", createdOrdinal: 1n, position: 0, lastEventOrdinal: 6n }],
    };
    expect(await hub.hydrate("s", { since: 3n, epoch })).toEqual(delta);
    // Stores what lags behind the log.
    await hub.close();
    hub = new Hub({ features: [board], store: counting(place.open(), loaded) });
    expect(await hub.hydrate("s", { since: 3n, epoch })).toEqual(delta);
    // From the memory.
    expect((await hub.hydrate("s")).snapshot.entities).toHaveLength(2);
    expect(loaded).toEqual([2]);
    await hub.close();
  });

  test("gives the whole, and why, where what changed is not enough", async () => {
    const place = make();
    const feature = brokenBoard(3n);
    const hub = new Hub({ features: [feature], store: place.open(), onError: () => {} });
    const reasonOf = async (since: bigint, epoch: string) => {
      const { mode, ...rest } = await hub.hydrate("s", { since, epoch });
      return mode === "reset" && "reason" in rest ? rest.reason : mode;
    };
    expect(await reasonOf(1n, "e")).toBe("epoch");
    for (const code of ["a", "b"]) await hub.publish("s", BoardSet, { code });
    const { epoch } = await hub.hydrate("s");
    expect(await reasonOf(2n, epoch)).toBe("delta");
    expect(await reasonOf(0n, epoch)).toBe("new");
    expect(await reasonOf(2n, "")).toBe("new");
    expect(await reasonOf(2n, `${epoch}x`)).toBe("epoch");
    for (const since of [3n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n])
      expect(await reasonOf(since, epoch)).toBe("ahead");
    await hub.publish("s", BoardSet, { code: "c" });
    expect(await reasonOf(2n, epoch)).toBe("stalled");
    feature.mend();
    await hub.retry("s");
    expect(await reasonOf(2n, epoch)).toBe("epoch");
    expect(await reasonOf(2n, (await hub.hydrate("s")).epoch)).toBe("delta");
    await hub.close();
  });

  test("leaves out of a delta what is of a kind that is no longer there", async () => {
    const place = make();
    const before = new Hub({ features: [board], store: place.open() });
    for (const code of ["a", "b", "c"]) await before.publish("s", BoardSet, { code });
    await before.publish("s", BoardRemoved, { nonce: "b" });
    await before.close();
    const others = boardFeature.timelineEntities.filter(({ name }) => name !== BoardNote.name);
    const after = new Hub({ features: [{ desc: { ...boardFeature, timelineEntities: others } }], store: place.open() });
    const { epoch: now, snapshot } = await after.hydrate("s");
    const resumed = await after.hydrate("s", { since: snapshot.ordinal, epoch: now });
    expect(resumed).toMatchObject({ mode: "delta", epoch: now, changed: [], deleted: [] });
    // Nobody has this epoch with an ordinal below, of which the new timeline has no tombstones.
    expect(await after.hydrate("s", { since: 1n, epoch: now })).toMatchObject({ mode: "reset", reason: "behind" });
    await after.close();
  });

  test("gives the whole where other kinds of entities are there than before, either way", async () => {
    const place = make();
    const notes = { ...boardFeature, timelineEntities: [BoardNote] as const };
    const without: Feature = {
      ...board,
      desc: notes,
      timeline: (event, view) => (board.timeline?.(event, view) ?? []).filter(({ entity }) => entity === BoardNote),
    };
    const reasons: unknown[] = [];
    let from = { since: 2n, epoch: "" };
    for (const feature of [board, board, without, without, board]) {
      const hub = new Hub({ features: [feature], store: place.open() });
      if (from.epoch === "") {
        await hub.publish("s", BoardAttached, { kind: "kept", id: "x" });
        await hub.publish("s", BoardSet, { code: "a" });
      }
      const hydration = await hub.hydrate("s", from);
      from = { since: 2n, epoch: hydration.epoch };
      const ids = hydration.mode === "delta" ? "" : hydration.snapshot.entities.map(({ id }) => id).join("");
      reasons.push([hydration.mode === "delta" ? "delta" : hydration.reason, ids]);
      await hub.close();
    }
    expect(reasons).toEqual([
      ["new", "xa"],
      ["delta", ""],
      ["epoch", "a"],
      ["delta", ""],
      ["epoch", "xa"],
    ]);
  });

  test("says that a timeline stands also where it stands before its first event", async () => {
    const feature = brokenBoard(1n);
    const hub = new Hub({ features: [feature], store: make().open(), onError: () => {} });
    await hub.publish("s", BoardSet, { code: "a" });
    const { epoch, snapshot } = await hub.hydrate("s");
    const from = { since: snapshot.ordinal, epoch };
    const stalled = await hub.hydrate("s", from);
    expect(stalled).toMatchObject({ reason: "stalled", epoch });
    // Also of what came in later.
    await hub.publish("s", BoardSet, { code: "b" });
    const missed = async (above?: bigint) =>
      stalled.mode === "reset" ? (await collected(stalled.missed(above))).map(({ ordinal }) => ordinal) : undefined;
    expect([await missed(), await missed(1n), await missed(2n)]).toEqual([[1n, 2n], [2n], []]);
    feature.mend();
    await hub.retry("s");
    expect(await hub.hydrate("s", from)).toMatchObject({ reason: "epoch" });
    await hub.close();
  });
});

/** Notes how many entities each load gave. */
function counting(inner: Store, loaded: number[]): Store {
  return wrapStore(inner, {
    async load(sessionId) {
      const found = await inner.load(sessionId);
      loaded.push(found?.entities.length ?? 0);
      return found;
    },
  });
}
