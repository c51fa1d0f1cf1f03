import { type Feature, Hub, memoryStore, type Store } from "@sessionstream/runtime";
import { event, feature, timelineEntity } from "@sessionstream/runtime/codegen";
import { type Checkpoint, sizeOf } from "@sessionstream/runtime/store";
import { failingStore } from "@sessionstream/runtime/testing";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { cases } from "../../../../test/fixtures/cases.js";
import { NoteEntitySchema, NoteSetEventSchema } from "../../../../test/fixtures/gen/lab/v1/lab_pb.js";
import {
  LabNote,
  LabNoteAppended,
  LabNoteDeleted,
  LabNoteSet,
  LabTrace,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";
import { memoryPlace, places, readAll, wrapStore } from "../../../../test/fixtures/stores.js";
import { until } from "../../../../test/fixtures/until.js";
import { watched } from "../watched.js";

// What is made of checkpoints, and when. That what they say is right is a law: test/laws/hub/past.isolated.test.ts.

vi.mock("../../../dist/hub/project/checkpoint-distance.js", () => ({ checkpointDistance: 10 }));

/**
 * Publishes events, two at a time: one sets one of four notes, and one is so large that it pays for the note at once. So
 * the stored timeline never lags behind, and checkpoints are where there are enough events.
 */
async function publish(hub: Hub, count: number): Promise<void> {
  for (let at = 0; at < count; at += 2) {
    const { ordinal } = await hub.session("s");
    await hub.publish("s", [
      LabNoteSet.of({ number: Number(ordinal / 2n) % 4, text: `after ${ordinal}` }),
      LabTrace.of({ text: "x".repeat(20_000) }),
    ]);
  }
}

async function newest(store: Store): Promise<bigint | undefined> {
  return (await store.load("s"))?.checkpoint?.ordinal;
}

async function textsAt(hub: Hub, asOf: bigint): Promise<string[]> {
  return (await hub.snapshot("s", { asOf })).list(LabNote).map(({ number, text }) => `${number} ${text}`);
}

/** The same, as it must be. */
function expectedAt(asOf: bigint): string[] {
  const set = Array.from({ length: Number(asOf + 1n) >> 1 }, (_, index) => `${index % 4} after ${2 * index}`);
  return set.slice(-4).sort();
}

describe("a lane", () => {
  test.each(places)("makes a checkpoint once there are enough events, on %s", async (_, makePlace) => {
    const store = makePlace().open();
    const hub = new Hub({ features: [labOf()], store });
    await publish(hub, 8);
    expect(await newest(store)).toBeUndefined();
    await publish(hub, 2);
    await until(async () => (await newest(store)) === 10n, "there is a checkpoint");
    await publish(hub, 10);
    await until(async () => (await newest(store)) === 20n, "there is another one");
    await hub.close();
  });

  test("goes on where it was, after it left the memory or the process ended", async () => {
    const place = memoryPlace();
    for (let round = 1n; round <= 3n; round++) {
      const store = place.open();
      const hub = new Hub({ features: [labOf()], store });
      await publish(hub, 10);
      await until(async () => (await newest(store)) === round * 10n, "there is a checkpoint");
      await hub.close();
    }
    const kept = await place.open().readCheckpoint("s", 30n);
    // Not each is a full one.
    expect(kept?.checkpoint).toMatchObject({ ordinal: 30n, base: 30n });
    expect((await place.open().readCheckpoint("s", 29n))?.checkpoint).toMatchObject({ ordinal: 20n, base: 10n });
  });

  test("makes a full one after it was loaded from a store that does not have all tombstones any more", async () => {
    const store = memoryStore();
    const forgetful = wrapStore(store, {
      load: async (id) => {
        const loaded = await store.load(id);
        if (loaded?.checkpoint === undefined) return loaded;
        return { ...loaded, checkpoint: { ...loaded.checkpoint, deletedSince: undefined } };
      },
      close: async () => {},
    });
    const large = LabTrace.of({ text: "x".repeat(20_000) });
    for (const round of [1n, 2n, 3n]) {
      const hub = new Hub({ features: [labOf()], store: forgetful });
      await publish(hub, 8);
      await hub.publish("s", [LabNoteDeleted.of({ number: 0 }), large]);
      await until(async () => (await newest(store)) === round * 10n, "there is a checkpoint");
      await hub.close();
    }
    for (const ordinal of [10n, 20n, 30n]) {
      const past = await store.readCheckpoint("s", ordinal);
      expect(past?.checkpoint).toMatchObject({ ordinal, base: ordinal });
      expect(past?.entities.map(({ id }) => id)).not.toContain("0");
    }
  });

  test("makes none while the timeline is stopped, and those from before outlive the retry", async () => {
    let isBroken = true;
    const store = memoryStore();
    const beforeTimeline = ({ ordinal }: { ordinal: bigint }) => {
      if (isBroken && ordinal === 15n) throw new Error("broken");
    };
    const { hub } = watched({ store, switches: { beforeTimeline } });
    await publish(hub, 30);
    expect(await newest(store)).toBe(10n);
    isBroken = false;
    await hub.retry("s");
    expect(await store.readCheckpoint("s", 14n)).toMatchObject({ checkpoint: { ordinal: 10n } });
    await until(async () => (await newest(store)) === 30n, "there is one of the mended timeline");
    for (const asOf of [9n, 14n, 15n, 29n]) expect((await textsAt(hub, asOf)).sort()).toEqual(expectedAt(asOf));
    await hub.close();
  });

  test("reports one that is not written, and makes it later", async () => {
    const store = failingStore(memoryStore());
    const { hub, reports } = watched({ store });
    store.failNext("writeCheckpoint");
    await publish(hub, 12);
    expect(reports).toMatchObject([{ step: "checkpoint", sessionId: "s", ordinal: 10n }]);
    await publish(hub, 8);
    await until(async () => (await newest(store)) === 20n, "there is one");
    expect(reports).toHaveLength(1);
    expect((await textsAt(hub, 19n)).sort()).toEqual(expectedAt(19n));
    await hub.close();
  });

  test("publishes on while a store is slow to take one", async () => {
    const store = failingStore(memoryStore());
    const hub = new Hub({ features: [labOf()], store });
    const held = store.holdNext("writeCheckpoint");
    await publish(hub, 34);
    await held.reached;
    expect((await hub.session("s")).ordinal).toBe(34n);
    held.release();
    await until(async () => (await newest(store)) === 10n, "it was written");
    await publish(hub, 2);
    await until(async () => (await newest(store)) === 36n, "the next one is as well");
    for (const asOf of [12n, 22n, 32n]) expect((await textsAt(hub, asOf)).sort()).toEqual(expectedAt(asOf));
    await hub.close();
  });

  test("that follows another process leaves it to that one, and goes on from what that one made", async () => {
    const place = memoryPlace();
    let written = 0;
    const follower = wrapStore(place.open(), {
      writeCheckpoint: (...given) => {
        written++;
        return place.open().writeCheckpoint(...given);
      },
    });
    const one = new Hub({ features: [labOf()], store: place.open() });
    const other = new Hub({ features: [labOf()], store: follower });
    const end = other.follow("s", () => {});
    await publish(one, 24);
    await until(async () => (await other.session("s")).ordinal === 24n, "the other has followed");
    expect(await newest(follower)).toBe(20n);
    expect(written).toBe(0);
    // It believes that none is there, and is told of the one at 20.
    await publish(other, 2);
    await until(() => written === 1, "it has tried");
    expect(await newest(follower)).toBe(20n);
    await publish(other, 10);
    await until(async () => (await newest(follower)) === 36n, "the other has made one");
    for (const asOf of [23n, 35n]) expect((await textsAt(one, asOf)).sort()).toEqual(expectedAt(asOf));
    end();
    await one.close();
    await other.close();
  });
});

describe("a look into the past", () => {
  test.each(places)("reads the log from the checkpoint on only, on %s", async (_, makePlace) => {
    const store = makePlace().open();
    const reads: bigint[] = [];
    const counted = wrapStore(store, {
      events: (id, range) => {
        reads.push(range?.after ?? 0n);
        return store.events(id, range);
      },
    });
    const hub = new Hub({ features: [labOf()], store: counted });
    await publish(hub, 46);
    await until(async () => (await newest(store)) === 40n, "there are checkpoints");
    reads.length = 0;
    await hub.snapshot("s", { asOf: 37n });
    expect(reads[0]).toBe(30n);
    expect(await hub.snapshot("s", { asOf: 40n })).toMatchObject({ ordinal: 40n });
    await hub.close();
  });

  test("of a timeline that was rebuilt folds its log once, and leaves checkpoints on the way", async () => {
    const store = memoryStore();
    const hub = new Hub({ features: [labOf()], store });
    await publish(hub, 46);
    await until(async () => (await newest(store)) === 40n, "there are checkpoints");
    await hub.rebuild("s");
    expect(await store.readCheckpoint("s", 44n)).toBeUndefined();
    const before = await textsAt(hub, 44n);
    // That of the rebuild itself is at its end.
    expect(await newest(store)).toBe(46n);
    const bases = await Promise.all(
      [10n, 20n, 30n, 40n].map(async (at) => (await store.readCheckpoint("s", at + 5n))?.checkpoint.ordinal),
    );
    expect(bases).toEqual([10n, 20n, 30n, 40n]);
    expect(before.sort()).toEqual(expectedAt(44n));
    expect((await textsAt(hub, 44n)).sort()).toEqual(before);
    await hub.close();
  });

  test("that is short leaves none", async () => {
    const store = memoryStore();
    const hub = new Hub({ features: [labOf()], store });
    await publish(hub, 20);
    await hub.rebuild("s");
    await hub.snapshot("s", { asOf: 9n });
    expect(await store.readCheckpoint("s", 9n)).toBeUndefined();
    await hub.close();
  });

  test("leaves none where the code of today folds it otherwise than it was, and says what it skipped", async () => {
    const store = memoryStore();
    const hub = new Hub({ features: [labOf()], store });
    await publish(hub, 46);
    await hub.rebuild("s");
    const misfit = ({ ordinal }: { ordinal: bigint }) => {
      if (ordinal === 25n) throw new Error("does not fit any more");
    };
    const other = new Hub({ features: [labOf({ beforeTimeline: misfit })], store });
    const { skipped } = await other.snapshot("s", { asOf: 44n });
    expect(skipped).toMatchObject([{ ordinal: 25n, message: expect.stringContaining("does not fit any more") }]);
    expect((await store.readCheckpoint("s", 44n))?.checkpoint.ordinal).toBe(20n);
    await hub.close();
  });

  test.each(["fail", "advance"] as const)(
    "leaves them above an event that failed, where all go on as it does, under the policy %s",
    async (timeline) => {
      let isBroken = true;
      const beforeTimeline = ({ ordinal }: { ordinal: bigint }) => {
        if (isBroken && ordinal === 15n) throw new Error("broken");
      };
      const store = memoryStore();
      const { hub } = watched({ store, switches: { beforeTimeline }, onProjectionError: { timeline } });
      await publish(hub, 46);
      // Under the one it was mended; under the other it is still skipped.
      if (timeline === "fail") {
        isBroken = false;
        await hub.retry("s");
      }
      await hub.rebuild("s");
      expect((await store.readCheckpoint("s", 44n))?.checkpoint.ordinal).toBeUndefined();
      const { skipped } = await hub.snapshot("s", { asOf: 44n });
      expect(skipped.map(({ ordinal }) => ordinal)).toEqual(timeline === "fail" ? [] : [15n]);
      expect((await store.readCheckpoint("s", 44n))?.checkpoint.ordinal).toBe(40n);
      expect((await hub.snapshot("s", { asOf: 43n })).skipped).toEqual(skipped);
      await hub.close();
    },
  );

  test("leaves none above an event that is on record as skipped, and fails no more", async () => {
    let isBroken = true;
    const beforeTimeline = ({ ordinal }: { ordinal: bigint }) => {
      if (isBroken && ordinal === 25n) throw new Error("broken");
    };
    const store = memoryStore();
    const onProjectionError = { timeline: "advance" } as const;
    const { hub } = watched({ store, switches: { beforeTimeline }, onProjectionError });
    await publish(hub, 46);
    await hub.rebuild("s");
    isBroken = false;
    await hub.snapshot("s", { asOf: 44n });
    expect((await store.readCheckpoint("s", 44n))?.checkpoint.ordinal).toBe(20n);
    await hub.close();
  });

  test("that cannot leave checkpoints is as good, and reports it", async () => {
    const store = failingStore(memoryStore());
    const { hub, reports } = watched({ store });
    await publish(hub, 46);
    await hub.rebuild("s");
    store.failNext("writeCheckpoint");
    expect((await textsAt(hub, 44n)).sort()).toEqual(expectedAt(44n));
    expect(reports).toMatchObject([{ step: "checkpoint", sessionId: "s", ordinal: 10n }]);
    await hub.close();
  });
});

test("all checkpoints of a session take a small multiple of its log, and one is read from about twice its timeline", async () => {
  const change = fc.record({
    number: fc.nat({ max: 30 }),
    size: fc.constantFrom(0, 10, 1_000, 17_000),
    kind: fc.constantFrom("set", "set", "append", "delete", "trace"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 30, maxLength: 150 }), fc.boolean(), async (changes, isReloaded) => {
      const place = memoryPlace();
      const made: Checkpoint[] = [];
      let written = 0;
      const store = place.open();
      const counted = wrapStore(store, {
        writeCheckpoint: async (id, given, parts) => {
          const kept = await store.writeCheckpoint(id, given, parts);
          if (kept?.ordinal === given.ordinal) {
            made.push(kept);
            written += kept.bytes;
          }
          return kept;
        },
      });
      let hub = new Hub({ features: [labOf()], store: counted });
      let largest = 0;
      for (const [index, { number, size, kind }] of changes.entries()) {
        const text = "x".repeat(size);
        if (kind === "set") await hub.publish("s", LabNoteSet, { number, text });
        else if (kind === "append") await hub.publish("s", LabNoteAppended, { number, text });
        else if (kind === "delete") await hub.publish("s", LabNoteDeleted, { number });
        else await hub.publish("s", LabTrace, { text });
        if (isReloaded && index % 25 === 24) {
          await hub.close();
          hub = new Hub({ features: [labOf()], store: counted });
        }
        const entities = (await hub.snapshot("s")).list(LabNote);
        largest = Math.max(largest, sizeOf(entities.map(({ text }) => ({ payload: new TextEncoder().encode(text) }))));
      }
      await hub.close();
      const log = sizeOf(await readAll(place.open(), "s"));
      expect(written).toBeLessThanOrEqual(3 * log + 2 * largest);
      // A few bytes of a note are not its text.
      const most = 3.2 * largest;
      for (const { baseBytes, addedBytes } of made) expect(baseBytes + addedBytes).toBeLessThanOrEqual(most + 10_000);
    }),
    cases(30),
  );
});

test("a program that does not know an event begins below it, leaves none above it, and spoils none", async () => {
  const Note = timelineEntity<"Note", typeof NoteEntitySchema, number>("Note", NoteEntitySchema, "number");
  const [Known, Fresh] = [event("Known", NoteSetEventSchema), event("Fresh", NoteSetEventSchema)];
  const program = (events: readonly (typeof Known | typeof Fresh)[]): Feature => ({
    desc: feature("Notes", { events, timelineEntities: [Note] }),
    timeline({ payload }) {
      const { number, text } = payload as unknown as { number: number; text: string };
      return [Note.put({ number, text })];
    },
  });
  const place = memoryPlace();
  const newer = new Hub({ features: [program([Known, Fresh])], store: place.open() });
  const text = "x".repeat(20_000);
  for (let number = 1; number <= 60; number++) {
    await newer.publish("s", [number === 30 ? Fresh.of({ number, text }) : Known.of({ number, text })]);
  }
  const older = new Hub({ features: [program([Known])], store: place.open(), onError: () => {} });
  const numbersAt = async (hub: Hub, asOf: bigint) =>
    (await hub.snapshot("s", { asOf })).list(Note).map(({ number }) => number);
  const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
  for (const rebuilt of [false, true]) {
    // Then there are none but the newest, and the older program folds from zero.
    if (rebuilt) await newer.rebuild("s");
    expect(await numbersAt(older, 29n)).toEqual(upTo(29));
    const past = await older.snapshot("s", { asOf: 59n });
    expect(past.list(Note).map(({ number }) => number)).toEqual(upTo(59).filter((number) => number !== 30));
    expect(past.skipped).toMatchObject([{ ordinal: 30n, name: "Fresh" }]);
    if (rebuilt) expect((await place.open().readCheckpoint("s", 59n))?.checkpoint.ordinal).toBeLessThan(30n);
    expect(await numbersAt(newer, 59n)).toEqual(upTo(59));
  }
  await newer.close();
  await older.close();
});
