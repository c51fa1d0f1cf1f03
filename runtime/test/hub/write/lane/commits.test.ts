import { Hub, memoryStore } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import type { SessionBatch } from "@sessionstream/runtime/store";
import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNoteSet,
  LabTrace,
} from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../../test/fixtures/lab.js";
import { openRaw } from "../../../../../test/fixtures/raw-database.js";
import { memoryPlace, newFile, wrapStore } from "../../../../../test/fixtures/stores.js";
import { watched } from "../../watched.js";

// The timeline can only be the fold of the log where nothing of an event can be there without the rest.

/** So much that the entity is stored with the event. */
const much = "x".repeat(20_000);

test("an event, its entities and the cursor are one commit", async () => {
  const store = memoryPlace().open();
  const batches: SessionBatch[] = [];
  const watched = wrapStore(store, {
    commit: (given) => {
      batches.push(...given);
      return store.commit(given);
    },
  });
  const hub = new Hub({ features: [labOf()], store: watched });
  await hub.publish("s", LabNoteSet, { number: 1, text: much });
  expect(batches).toMatchObject([{ events: [{ ordinal: 1n }], entities: [{ id: "1" }], cursor: 1n }]);
});

test.each(["event", "entity"])("when the write of %s fails, nothing of the others is there", async (table) => {
  const file = newFile();
  await sqliteStore(file).close();
  const database = openRaw(file);
  database.exec(`CREATE TRIGGER trap BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'full'); END`);
  const hub = new Hub({ features: [labOf()], store: sqliteStore(file), onError: () => {} });
  await expect(hub.publish("s", LabNoteSet, { number: 1, text: much })).rejects.toThrow("full");
  const count = (name: string) => database.value(`SELECT count(*) FROM ${name}`);
  expect(["session", "event", "entity", "error"].map(count)).toEqual([0, 0, 0, 0]);
  database.exec("DROP TRIGGER trap");
  database.close();
  expect(await hub.publish("s", LabCounterAdded, { name: "c", amount: 2n })).toEqual({ ordinal: 1n });
  expect((await hub.snapshot("s")).get(LabCounter, "c")?.total).toBe(2n);
  await hub.close();
});

describe("a store that fails", () => {
  test("refuses the events of the batch, is reported, and the session goes on", async () => {
    let fails = true;
    const inner = memoryStore();
    const store = wrapStore(inner, {
      commit: async (batches) => {
        if (fails) throw new Error("full");
        return inner.commit(batches);
      },
    });
    const { hub, reports, fanned } = watched({ store });
    await hub.session("s");
    const outcomes = await Promise.allSettled([hub.publish("s", LabTrace, {}), hub.publish("s", LabTrace, {})]);
    expect(outcomes).toMatchObject(Array(2).fill({ status: "rejected", reason: { code: "STORE_FAILED" } }));
    expect(reports.map(({ step, ordinal }) => [step, ordinal])).toEqual([
      ["commit", 1n],
      ["commit", 2n],
    ]);
    fails = false;
    expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 1n });
    expect(fanned.map(({ ordinal }) => ordinal)).toEqual([1n]);
  });

  test("a session that cannot be loaded refuses its events and is loaded again", async () => {
    let fails = true;
    const inner = memoryStore();
    const store = wrapStore(inner, {
      load: async (id) => {
        if (fails && id === "s") throw new Error("unreadable");
        return inner.load(id);
      },
    });
    const { hub } = watched({ store });
    await expect(hub.publish("s", LabTrace, {})).rejects.toThrow("unreadable");
    await expect(hub.session("s")).rejects.toThrow("unreadable");
    expect(await hub.publish("other", LabTrace, {})).toEqual({ ordinal: 1n });
    fails = false;
    expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 1n });
  });
});
