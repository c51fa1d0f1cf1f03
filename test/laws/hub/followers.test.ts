import { setImmediate } from "node:timers/promises";
import { type Feature, Hub, type Store } from "@sessionstream/runtime";
import { type FailingStore, failingStore } from "@sessionstream/runtime/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cases } from "../../fixtures/cases.js";
import { fold, plainEntities } from "../../fixtures/fold.js";
import {
  LabNote,
  LabNoteAppended,
  LabNoteDeleted,
  LabTrace,
  LabWork,
} from "../../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../fixtures/lab.js";
import { type Place, places, readAll } from "../../fixtures/stores.js";
import { until } from "../../fixtures/until.js";
import { type History, history } from "./followed-history.js";
import { Follower } from "./follower.js";

// Law 12 and what it rests on: whichever hub one follows a session through, one sees the same, whatever fails.

/** Does what may still fail a few times, as the history has planned it. */
async function insist<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === 20) throw error;
    }
  }
}

/** A program that does not know LabTrace. */
function oldProgram(lab: Feature): Feature {
  return { ...lab, desc: { ...lab.desc, events: lab.desc.events.filter(({ name }) => name !== LabTrace.name) } };
}

/** Runs a history to its end, and holds what is left and what was seen against the laws. */
async function holds(place: Place, { timeline, hasOld, steps }: History): Promise<void> {
  // The last one never fails, and is used to look only.
  const broken = [new Set<number>(), new Set<number>(), new Set<number>(), new Set<number>()];
  const stores: FailingStore[] = [];
  const hubs = broken.map((numbers, index) => {
    const store = failingStore(place.open());
    stores.push(store);
    const lab = labOf({
      beforeTimeline: ({ payload }) => {
        if ("number" in payload && numbers.has(payload.number as number)) throw new Error("broken");
      },
      work: async ({ publish, key = "" }) => {
        await publish(LabNoteAppended, { number: 9, text: key });
      },
    });
    return new Hub({
      features: [hasOld && index === 2 ? oldProgram(lab) : lab],
      store,
      onProjectionError: { timeline },
      onError: () => {},
      lease: 1000,
    });
  });
  const followers = hubs.slice(0, 3).map((each) => ({ hub: each, follower: new Follower(each) }));
  const acknowledged: { readonly text: string; readonly ordinal: bigint }[] = [];
  const underWay: Promise<unknown>[] = [];
  let count = 0;
  const hubOf = (index: number) => hubs[index] as Hub;
  for (const each of steps) {
    switch (each.do) {
      case "publish": {
        const isOld = hasOld && each.hub === 2;
        const texts = Array.from({ length: each.many }, () => `<${count++}>`);
        const drafts = texts.map((text) =>
          each.kind === 0 && !isOld
            ? LabTrace.of({ text })
            : each.kind === 1
              ? LabNoteDeleted.of({ number: each.number, anew: texts.length > 1, reason: text })
              : LabNoteAppended.of({ number: each.number, text }),
        );
        const published = hubOf(each.hub)
          .publish("s", drafts)
          .then(
            ({ ordinal }) => {
              texts.forEach((text, index) => {
                acknowledged.push({ text, ordinal: ordinal - BigInt(texts.length - 1 - index) });
              });
            },
            () => {},
          );
        underWay.push(published);
        if (each.waits) await published;
        break;
      }
      case "submit": {
        const submitted = hubOf(each.hub)
          .submit("s", LabWork, {}, { key: `k${each.key}` })
          .catch(() => {});
        underWay.push(submitted);
        if (each.waits) await submitted;
        break;
      }
      case "break":
        broken[each.hub]?.add(each.number);
        break;
      case "mend":
        for (const numbers of broken) numbers.clear();
        break;
      case "repair": {
        const repaired = hubOf(each.hub)
          [each.how]("s")
          .catch(() => {});
        underWay.push(repaired);
        if (each.waits) await repaired;
        break;
      }
      case "fail":
        stores[each.hub]?.failNext(each.method, { afterEffect: each.afterEffect });
        break;
      case "follow":
        followers.push({ hub: hubOf(each.hub), follower: new Follower(hubOf(each.hub)) });
        break;
      case "turns":
        for (let turn = 0; turn < each.count; turn++) await setImmediate();
    }
  }
  await Promise.all(underWay);
  const store: Store = place.open();
  try {
    const log = await readAll(store, "s");
    expect(log.map(({ ordinal }) => ordinal)).toEqual(log.map((_, index) => BigInt(index + 1)));
    for (const { text, ordinal } of acknowledged) {
      const payloads = log.filter(({ payload }) => Buffer.from(payload).includes(text)).map((event) => event.ordinal);
      expect(payloads, `the places of ${text}`).toEqual([ordinal]);
    }
    for (const key of ["k0", "k1"]) {
      const times = log.filter(({ payload }) => Buffer.from(payload).includes(key)).length;
      expect(times, `how often the command under ${key} had its effect`).toBeLessThanOrEqual(1);
    }
    const told = (index: number) =>
      log.filter(({ name }) => !(hasOld && index === 2 && name === "LabTrace")).map(({ ordinal }) => ordinal);
    for (const { hub, follower } of followers) {
      const all = told(hubs.indexOf(hub));
      const last = all.at(-1) ?? 0n;
      await until(() => follower.last >= last, `a follower of hub ${hubs.indexOf(hub)} has seen ${last}`, 3000).catch(
        (error: Error) => {
          throw new Error(
            `${error.message}: it saw ${JSON.stringify(follower.seen, (_, v) => (typeof v === "bigint" ? Number(v) : v))}`,
          );
        },
      );
      for (const { from, ordinals } of follower.seen) {
        const end = ordinals.at(-1) ?? from;
        expect(ordinals).toEqual(all.filter((ordinal) => ordinal > from && ordinal <= end));
      }
    }
    const loaded = await store.load("s");
    if (loaded === undefined) return;
    const errors = (await store.errors("s")).filter(({ step }) => step !== "ui-projection");
    const skipped = timeline === "fail" ? [] : errors.map(({ ordinal }) => ordinal);
    // A repair may have mended what was skipped before.
    if (skipped.length === 0 || !steps.some((each) => each.do === "repair")) {
      expect(plainEntities(loaded.entities)).toEqual(fold(log, loaded.cursor, new Set(skipped)));
    }
    // Nothing is missing in silence.
    if (timeline === "advance") expect(loaded.failedAt).toBeUndefined();
    if (!hasOld && loaded.failedAt !== undefined) expect(loaded.failedAt).toBe(loaded.cursor + 1n);
    const stored = (await hubOf(3).snapshot("s")).list(LabNote);
    for (const each of hubs.slice(0, 2)) {
      const view = await insist(() => each.timeline("s"));
      const { stop } = await insist(() => each.session("s"));
      // Where the store lags, each folds the rest as it can.
      if (stop === undefined && loaded.cursor === loaded.ordinal) expect(view.list(LabNote)).toEqual(stored);
    }
  } finally {
    await store.close();
    await Promise.all(hubs.map((each) => each.close()));
  }
}

describe.each(places)("on %s, whatever fails", (name, makePlace) => {
  test("those who follow a session through any of three hubs see the same", async () => {
    await fc.assert(
      fc.asyncProperty(history, (given) => holds(makePlace(), given)),
      { ...cases(name === "memory" ? 60 : 10, 15_000), timeout: 10_000 },
    );
  });
});
