import { readFileSync } from "node:fs";
import { Hub, type HubOptions, type UiBatch } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { failingStore } from "@sessionstream/runtime/testing";
import { redactSession } from "@sessionstream/runtime/transfer";
import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteAppended,
  LabNoteSet,
  LabTrace,
} from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../../test/fixtures/lab.js";
import { newFile, type Place, places } from "../../../../../test/fixtures/stores.js";

const secret = "Rosebud";

function hubOn(place: Place, switches: LabSwitches = {}, options: Partial<HubOptions> = {}): Hub {
  return new Hub({ features: [labOf(switches)], store: place.open(), onError: () => {}, ...options });
}

/** Two notes, of which one has the secret from two events, and a counter. */
async function write(hub: Hub): Promise<void> {
  await hub.publish("s", LabNoteSet, { number: 1, text: secret });
  await hub.publish("s", LabNoteAppended, { number: 1, text: `, ${secret}!` }, { key: "k" });
  await hub.publish("s", LabNoteSet, { number: 2, text: "other" });
  await hub.publish("s", LabCounterAdded, { name: "c", amount: 3n });
}

/** All that a hub says of the session, as text. */
async function said(hub: Hub): Promise<string> {
  const all = [
    await hub.snapshot("s"),
    await hub.snapshot("s", { asOf: 2n }),
    (await hub.timeline("s")).list(LabNote),
    await hub.hydrate("s"),
    await hub.events("s"),
    await hub.errors("s"),
  ];
  return JSON.stringify(all, (_, each: unknown) => (typeof each === "bigint" ? String(each) : each));
}

describe.each(places)("a redaction, on %s", (_, makePlace) => {
  test("clears fields of events, and the timeline has the text no more, in no process", async () => {
    const place = makePlace();
    const [here, there] = [hubOn(place), hubOn(place)];
    await write(here);
    const before = await here.events("s");
    const hydrated = await there.hydrate("s");
    expect(await said(there)).toContain(secret);
    const heard: UiBatch[] = [];
    there.follow("s", (batch) => heard.push(batch));
    const status = await here.redact("s", [2n, 1n, 2n], ["text"]);
    expect(status).toMatchObject({ ordinal: 4n, cursor: 4n });
    for (const hub of [here, there]) {
      expect(await said(hub)).not.toContain(secret);
      expect((await hub.timeline("s")).get(LabNote, 1)?.text).toBe("");
      expect((await hub.timeline("s")).get(LabNote, 2)?.text).toBe("other");
      expect((await hub.timeline("s")).get(LabCounter, "c")?.total).toBe(3n);
    }
    const after = await here.events("s");
    expect(after.map(({ payload, ...event }) => event)).toEqual(before.map(({ payload, ...event }) => event));
    expect(after.map(({ payload }) => payload)).toMatchObject([
      { number: 1, text: "" },
      { number: 1, text: "" },
      { number: 2, text: "other" },
      { name: "c" },
    ]);
    const again = await there.hydrate("s", { since: hydrated.snapshot.ordinal, epoch: hydrated.epoch });
    expect(again).toMatchObject({ mode: "reset", reason: "epoch" });
    await expect.poll(() => heard.some(({ isReset }) => isReset === true), { timeout: 5000 }).toBe(true);
    // The key still knows its work, by a hash of what it was.
    expect(await there.publish("s", LabNoteAppended, { number: 1, text: `, ${secret}!` }, { key: "k" })).toEqual({
      ordinal: 2n,
    });
    await Promise.all([here.close(), there.close()]);
  });

  test("takes failures off the record that may quote what is cleared", async () => {
    const quoting = (event: { readonly name: string; readonly payload: unknown }) => {
      if (event.name === "LabTrace") throw new Error(`broken by ${JSON.stringify(event.payload)}`);
    };
    const hub = hubOn(
      makePlace(),
      { beforeTimeline: quoting, beforeUi: quoting },
      { onProjectionError: { timeline: "advance" } },
    );
    await hub.publish("s", LabTrace, { text: secret });
    expect(await said(hub)).toContain(secret);
    await hub.redact("s", [1n], ["text"]);
    expect(await said(hub)).not.toContain(secret);
    expect(await hub.errors("s")).toMatchObject([{ step: "timeline-projection", ordinal: 1n }]);
    await hub.close();
  });

  test("of a timeline that stops works, and it stops where it did", async () => {
    let isBroken = true;
    const beforeTimeline = ({ ordinal }: { readonly ordinal: bigint }) => {
      if (isBroken && ordinal === 3n) throw new Error("broken");
    };
    const hub = hubOn(makePlace(), { beforeTimeline });
    await write(hub);
    expect(await hub.redact("s", [2n], ["text"])).toMatchObject({ ordinal: 4n, cursor: 2n, stop: { ordinal: 3n } });
    expect((await hub.snapshot("s")).get(LabNote, 1)?.text).toBe(secret);
    isBroken = false;
    expect(await hub.retry("s")).toMatchObject({ cursor: 4n });
    expect((await hub.snapshot("s")).get(LabNote, 2)?.text).toBe("other");
    await hub.close();
  });

  test.each(["fail", "advance"] as const)(
    "without which a projection cannot do is refused, and changes nothing (%s)",
    async (timeline) => {
      const place = makePlace();
      const needsText = ({ name, payload }: { readonly name: string; readonly payload: unknown }) => {
        if (name === "LabNoteAppended" && (payload as { text: string }).text === "") throw new Error("want a text");
      };
      const hub = hubOn(place, { beforeTimeline: needsText }, { onProjectionError: { timeline } });
      await write(hub);
      await hub.retry("s");
      const store = place.open();
      const before = [await store.session("s"), await store.events("s"), await said(hub)];
      await expect(hub.redact("s", [1n, 2n], ["text"])).rejects.toMatchObject({
        code: "PROJECTION_FAILED",
        message: expect.stringMatching(/^session "s" is not redacted: .* event 2, "LabNoteAppended": .*want a text$/),
        context: { sessionId: "s", ordinal: 2n, name: "LabNoteAppended" },
      });
      expect([await store.session("s"), await store.events("s"), await said(hub)]).toEqual(before);
      // Without the event that needs it, it is done.
      await hub.redact("s", [1n], ["text"]);
      expect((await hub.timeline("s")).get(LabNote, 1)?.text).toBe(`, ${secret}!`);
      await hub.close();
    },
  );

  test("is refused also where an event would be lacking that failed once, and was mended", async () => {
    let isBroken = true;
    const beforeTimeline = ({ name, payload }: { readonly name: string; readonly payload: unknown }) => {
      if (name !== "LabNoteAppended") return;
      if (isBroken) throw new Error("broken");
      if ((payload as { text: string }).text === "") throw new Error("want a text");
    };
    const hub = hubOn(makePlace(), { beforeTimeline }, { onProjectionError: { timeline: "advance" } });
    await write(hub);
    expect(await hub.errors("s")).toMatchObject([{ ordinal: 2n }]);
    isBroken = false;
    await hub.rebuild("s");
    expect(await hub.errors("s")).toEqual([]);
    const before = await said(hub);
    await expect(hub.redact("s", [2n], ["text"])).rejects.toMatchObject({
      code: "PROJECTION_FAILED",
      context: { ordinal: 2n },
    });
    expect(await said(hub)).toBe(before);
    await hub.close();
  });

  test("is refused with what is wrong, and changes nothing", async () => {
    const place = makePlace();
    const hub = hubOn(place);
    await write(hub);
    const store = place.open();
    const before = [await store.session("s"), await store.events("s")];
    const refused = async (ordinals: unknown, fields: unknown, error: object) => {
      await expect(hub.redact("s", ordinals as bigint[], fields as string[])).rejects.toMatchObject(error);
    };
    for (const ordinals of [[], [1], [0n], [-1n], 1n, undefined, Array.from({ length: 10_001 }, () => 1n)]) {
      await refused(ordinals, ["text"], { code: "INVALID_OPTION" });
    }
    for (const fields of [[], [""], [7], "text", undefined]) await refused([1n], fields, { code: "INVALID_OPTION" });
    await refused([1n, 9n], ["text"], { code: "INVALID_RANGE", context: { sessionId: "s", ordinal: 9n } });
    await refused([1n, 4n], ["text"], {
      code: "UNKNOWN_FIELD",
      message:
        'event 4 of session "s", "LabCounterAdded" of version 1, has no field "text": got "text" in lab.v1.CounterAddedEvent, which has "name", "amount", "never_fits"',
      context: { sessionId: "s", ordinal: 4n, name: "LabCounterAdded", field: "text" },
    });
    await refused([1n], ["text.more"], { code: "UNKNOWN_FIELD" });
    await expect(hub.redact("nobody", [1n], ["text"])).rejects.toMatchObject({ code: "INVALID_RANGE" });
    expect(await hub.sessions()).toEqual(["s"]);
    expect([await store.session("s"), await store.events("s")]).toEqual(before);
    await hub.close();
    await expect(hub.redact("s", [1n], ["text"])).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("goes well with events that keep coming, here and in another process, and loses none", async () => {
    const place = makePlace();
    const [here, there] = [hubOn(place), hubOn(place)];
    await write(here);
    const more = async (hub: Hub) => {
      for (let count = 0; count < 30; count++) await hub.publish("s", LabCounterAdded, { name: "c", amount: 1n });
    };
    await Promise.all([more(here), more(there), here.redact("s", [1n], ["text"]), there.redact("s", [2n], ["text"])]);
    for (const hub of [here, there]) {
      expect(await said(hub)).not.toContain(secret);
      expect((await hub.timeline("s")).get(LabCounter, "c")?.total).toBe(63n);
      expect(await hub.session("s")).toMatchObject({ ordinal: 64n, cursor: 64n });
    }
    await Promise.all([here.close(), there.close()]);
  });

  test("is not undone by a rebuild that folded the log as it was", async () => {
    const place = makePlace();
    const [here, there] = [hubOn(place), hubOn(place)];
    await write(here);
    const store = failingStore(place.open());
    const slow = new Hub({ features: [labOf()], store, onError: () => {} });
    await slow.session("s");
    const held = store.holdNext("events", { afterEffect: true });
    const rebuilt = slow.rebuild("s");
    // It has read the log, and folds it once it goes on.
    await held.reached;
    await there.redact("s", [1n, 2n], ["text"]);
    held.release();
    await rebuilt;
    for (const hub of [here, there, slow]) {
      expect(await said(hub)).not.toContain(secret);
      await hub.close();
    }
  });

  test("whose commit fails leaves all as it was", async () => {
    const place = makePlace();
    const store = failingStore(place.open());
    const hub = hubOn(place, {}, { store });
    await write(hub);
    const before = await said(hub);
    store.failNext("commit");
    await expect(hub.redact("s", [1n], ["text"])).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(await said(hub)).toBe(before);
    await hub.redact("s", [1n, 2n], ["text"]);
    expect(await said(hub)).not.toContain(secret);
    await hub.close();
  });

  test("without the program leaves the session for the program to fold, which goes on", async () => {
    const place = makePlace();
    const hub = hubOn(place);
    await write(hub);
    await hub.retry("s");
    const store = place.open();
    await redactSession(store, "s", { ordinals: [1n, 2n], fields: ["text"] });
    expect(await store.load("s")).toMatchObject({ ordinal: 4n, cursor: 0n, entities: [] });
    expect(await said(hub)).not.toContain(secret);
    expect((await hub.timeline("s")).get(LabNote, 2)?.text).toBe("other");
    await hub.publish("s", LabCounterAdded, { name: "c", amount: 1n });
    expect((await hub.timeline("s")).get(LabCounter, "c")?.total).toBe(4n);
    const unknown = redactSession(store, "s", { ordinals: [1n], fields: ["prompt"] });
    await expect(unknown).rejects.toMatchObject({ code: "UNKNOWN_FIELD" });
    const none = redactSession(store, "nobody", { ordinals: [1n], fields: ["text"] });
    await expect(none).rejects.toMatchObject({ code: "INVALID_RANGE" });
    await hub.close();
  });
});

test("after a vacuum, nothing of what was redacted is in the file", async () => {
  const path = newFile();
  const find = () =>
    [path, `${path}-wal`, `${path}-shm`].filter((file) => {
      try {
        return readFileSync(file).includes(secret);
      } catch {
        return false;
      }
    });
  const store = sqliteStore(path);
  const failing = ({ name, payload }: { readonly name: string; readonly payload: unknown }) => {
    if (name === "LabTrace") throw new Error(`broken by ${JSON.stringify(payload)}`);
  };
  const hub = new Hub({
    features: [labOf({ beforeTimeline: failing })],
    store,
    onError: () => {},
    onProjectionError: { timeline: "advance" },
  });
  await write(hub);
  await hub.publish("s", LabTrace, { text: secret });
  await hub.retry("s");
  expect(find()).not.toEqual([]);
  await hub.redact("s", [1n, 2n, 5n], ["text"]);
  await store.vacuum();
  expect(find()).toEqual([]);
  await hub.close();
  expect(find()).toEqual([]);
});
