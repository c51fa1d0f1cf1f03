import { type Feature, Hub, memoryStore, type Store } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import type { SessionBatch, StoredEntity, StoredEvent } from "@sessionstream/runtime/store";
import { beforeEach, describe, expect, test } from "vitest";
import { LabNote, LabNoteDeleted, LabNoteSet } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../fixtures/lab.js";
import { newFile } from "../fixtures/stores.js";
import { hubOf } from "./hub-of.js";

const stores: readonly (readonly [string, () => Store])[] = [
  ["memory", memoryStore],
  ["SQLite", () => sqliteStore(":memory:")],
];

const payload = (text: string) => new Uint8Array(new TextEncoder().encode(text));
const event = (ordinal: bigint, text = ""): StoredEvent => ({
  ordinal,
  name: "E",
  version: 1,
  type: "t.E",
  payload: payload(text),
  time: 0,
});
const entity = (kind: string, id: string, created: bigint, last: bigint): StoredEntity => ({
  kind,
  id,
  createdOrdinal: created,
  lastEventOrdinal: last,
  type: "t.N",
  payload: payload(id),
});

async function commit(store: Store, batch: Partial<SessionBatch>): Promise<void> {
  const none = {
    sessionId: "s",
    metadata: {},
    events: [],
    cursor: 0n,
    epoch: "",
    entities: [],
    errors: [],
    keys: [],
  };
  const revision = (await store.session("s"))?.revision ?? 0;
  const [refusal] = await store.commit([{ ...none, revision, replaceTimeline: false, ...batch }]);
  if (refusal !== undefined) throw refusal;
}

describe.each(stores)("Store (%s)", (_, open) => {
  let store: Store;
  beforeEach(() => {
    store = open();
    return () => store.close();
  });

  test("apply", async () => {
    await commit(store, { events: [event(1n)], cursor: 1n, entities: [entity("N", "a", 1n, 1n)] });
    await commit(store, {
      events: [event(2n)],
      cursor: 2n,
      entities: [{ ...entity("N", "a", 1n, 2n), payload: undefined }],
    });
    expect(await store.load("s")).toMatchObject({ ordinal: 2n, cursor: 2n, entities: [] });
  });

  test("snapshot now, or as of an ordinal, honouring tombstones", async () => {
    const { hub } = hubOf({}, { store });
    await hub.publish("s", LabNoteSet, { number: 1, text: "one" });
    await hub.publish("s", LabNoteDeleted, { number: 1 });
    await hub.publish("s", LabNoteSet, { number: 2, text: "two" });
    const notes = async (asOf?: bigint) => {
      const snapshot = await hub.snapshot("s", asOf === undefined ? {} : { asOf });
      return [snapshot.ordinal, ...snapshot.list(LabNote).map(({ text }) => text)];
    };
    expect([await notes(), await notes(1n), await notes(2n), await notes(0n)]).toEqual([
      [3n, "two"],
      [1n, "one"],
      [2n],
      [0n],
    ]);
  });

  test("view", async () => {
    const seen: unknown[] = [];
    const lab = labOf();
    const timeline: Feature["timeline"] = (projected, view) => {
      seen.push([view.get(LabNote, 1)?.text, view.list(LabNote).length]);
      return lab.timeline?.(projected, view) ?? [];
    };
    // Two hubs in turn: the view of the second begins with what the store has.
    for (const text of ["first", "second"]) {
      const hub = new Hub({ features: [{ ...lab, timeline }], store });
      await hub.publish("s", LabNoteSet, { number: 1, text });
      await hub.publish("s", LabNoteSet, { number: 2, text });
    }
    expect(seen).toEqual([
      [undefined, 0],
      ["first", 1],
      ["first", 2],
      ["second", 2],
    ]);
  });

  test("cursors", async () => {
    await commit(store, { events: [event(1n), event(2n)], cursor: 1n });
    expect(await store.session("s")).toMatchObject({ ordinal: 2n, cursor: 1n });
  });

  test("entities ordered by created ordinal, then last event ordinal, kind and id", async () => {
    const ordered = [
      entity("Z", "z", 1n, 2n),
      entity("A", "a", 1n, 3n),
      entity("A", "z", 2n, 2n),
      entity("B", "a", 2n, 2n),
      entity("B", "b", 2n, 2n),
    ];
    await commit(store, { entities: [3, 0, 4, 2, 1].map((index) => ordered[index] as StoredEntity) });
    expect((await store.load("s"))?.entities.map(({ kind, id }) => kind + id)).toEqual(["Zz", "Aa", "Az", "Ba", "Bb"]);
  });

  test("event log append refuses a different event at the same ordinal and accepts an identical one", async () => {
    await commit(store, { events: [event(1n, "x")] });
    await expect(commit(store, { events: [event(1n, "y")] })).rejects.toMatchObject({ code: "ORDINAL_CONFLICT" });
    await commit(store, { events: [event(1n, "x")] });
    expect(await store.events("s")).toHaveLength(1);
  });

  test("events after N with a limit", async () => {
    await commit(store, { events: [1n, 2n, 3n, 4n, 5n].map((ordinal) => event(ordinal)) });
    expect((await store.events("s", { after: 2n, limit: 2 })).map(({ ordinal }) => ordinal)).toEqual([3n, 4n]);
  });

  test("projection cursor only moves forward", async () => {
    await commit(store, { events: [event(1n), event(2n)], cursor: 2n });
    await expect(commit(store, { cursor: 1n })).rejects.toMatchObject({ code: "ORDINAL_CONFLICT" });
    expect((await store.session("s"))?.cursor).toBe(2n);
  });

  test("clearing a timeline keeps its events", async () => {
    await commit(store, { events: [event(1n)], cursor: 1n, entities: [entity("N", "a", 1n, 1n)] });
    await commit(store, { replaceTimeline: true, cursor: 0n });
    expect(await store.load("s")).toMatchObject({ ordinal: 1n, cursor: 0n, entities: [] });
    expect(await store.events("s")).toHaveLength(1);
  });

  test("in-memory databases are isolated from each other", async () => {
    const other = open();
    await commit(store, { events: [event(1n)] });
    expect(await other.session("s")).toBeUndefined();
    await other.close();
  });
});

test("Store: migrations keep existing rows", async () => {
  const file = newFile();
  const first = sqliteStore(file);
  await commit(first, { events: [event(1n, "kept")], cursor: 1n, entities: [entity("N", "kept", 1n, 1n)] });
  await first.close();
  const again = sqliteStore(file);
  expect((await again.events("s")).map((kept) => String(Buffer.from(kept.payload)))).toEqual(["kept"]);
  expect((await again.load("s"))?.entities.map(({ id }) => id)).toEqual(["kept"]);
  await again.close();
});
