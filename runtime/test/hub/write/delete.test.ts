import type { UiBatch } from "@sessionstream/runtime";
import { failingStore } from "@sessionstream/runtime/testing";
import { importSessions } from "@sessionstream/runtime/transfer";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabSweep,
  LabTrace,
  LabWork,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import type { LabSwitches } from "../../../../test/fixtures/lab.js";
import { places } from "../../../../test/fixtures/stores.js";
import { until } from "../../../../test/fixtures/until.js";
import { watched } from "../watched.js";

const add = { name: "c", amount: 1n };
const deleted = { code: "SESSION_DELETED", context: { sessionId: "s" } };

/** Resolves when the signal is aborted, to the reason. */
function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason), { once: true }));
}

describe.each(places)("a session that a hub deletes, on %s", (_, makePlace) => {
  const place = makePlace();

  /** A hub, and another one on the same store. */
  function hubs(switches: LabSwitches = {}) {
    const [here, there] = [place.open(), place.open()].map((store) => watched({ store, switches }));
    if (here === undefined || there === undefined) throw new Error("no hubs");
    onTestFinished(async () => {
      await here.hub.delete("s");
      await Promise.all([here.hub.close(), there.hub.close()]);
    });
    return { here, there };
  }

  test("is gone, and tells whether it was there", async () => {
    const { here } = hubs();
    await here.hub.publish("s", LabCounterAdded, add, { key: "k" });
    await here.hub.publish("t", LabTrace, {});
    expect(await here.hub.delete("s")).toBe(true);
    expect(await here.hub.session("s")).toMatchObject({ ordinal: 0n, cursor: 0n, runs: [] });
    expect(await here.hub.events("s")).toEqual([]);
    expect((await here.hub.snapshot("s")).entities).toEqual([]);
    expect(await here.hub.sessions()).toEqual(["t"]);
    expect(await here.hub.delete("s")).toBe(false);
    await here.hub.delete("t");
  });

  test("does not come back with what was published before, and was not in the order yet", async () => {
    const { here } = hubs();
    await here.hub.publish("s", LabCounterAdded, add);
    const restarted = hubs().here;
    // Waits for the session to be read.
    const published = restarted.hub.publish("s", LabCounterAdded, add).then(
      () => "published",
      ({ code }: { code: string }) => code,
    );
    await restarted.hub.delete("s");
    expect(await published).toBe("SESSION_DELETED");
    expect(await restarted.hub.sessions()).toEqual([]);
  });

  test("does not come back with a rebuild that folds what was", async () => {
    const switches: LabSwitches = {};
    const { here } = hubs(switches);
    for (let i = 0; i < 5; i++) await here.hub.publish("s", LabCounterAdded, add);
    let deleting: Promise<boolean> | undefined;
    switches.beforeTimeline = () => {
      deleting ??= here.hub.delete("s");
    };
    await expect(here.hub.rebuild("s")).rejects.toMatchObject(deleted);
    expect(await deleting).toBe(true);
    await here.hub.publish("s", LabTrace, {});
    expect(await here.hub.session("s")).toMatchObject({ ordinal: 1n, cursor: 1n });
    expect((await here.hub.snapshot("s")).entities).toEqual([]);
    await here.hub.publish("s", LabCounterAdded, add);
    expect((await here.hub.timeline("s")).get(LabCounter, "c")?.total).toBe(1n);
  });

  test("can begin anew at once, in either process, with keys that are free again", async () => {
    const { here, there } = hubs();
    await here.hub.publish("s", LabCounterAdded, add, { key: "k" });
    expect((await there.hub.timeline("s")).get(LabCounter, "c")?.total).toBe(1n);
    const before = await there.hub.hydrate("s");
    await here.hub.delete("s");
    // The other one has not heard of it.
    expect(await there.hub.publish("s", LabCounterAdded, { ...add, amount: 5n }, { key: "k" })).toEqual({
      ordinal: 1n,
    });
    for (const { hub } of [here, there]) {
      expect((await hub.timeline("s")).get(LabCounter, "c")?.total).toBe(5n);
      const { epoch, mode, ...rest } = await hub.hydrate("s", { since: before.snapshot.ordinal, epoch: before.epoch });
      expect({ mode, reason: "reason" in rest ? rest.reason : undefined }).toEqual({
        mode: "reset",
        reason: "deleted",
      });
      expect(epoch).not.toBe(before.epoch);
    }
  });

  test("is seen to be gone by a process that does not follow it", async () => {
    const { here, there } = hubs();
    await here.hub.publish("s", LabCounterAdded, add);
    expect(await there.hub.session("s")).toMatchObject({ ordinal: 1n });
    await here.hub.delete("s");
    expect(await there.hub.session("s")).toMatchObject({ ordinal: 0n });
    expect((await there.hub.timeline("s")).get(LabCounter, "c")).toBeUndefined();
  });

  test("is seen to be gone though it was begun anew, with fewer commits", async () => {
    const { here, there } = hubs();
    for (let count = 0; count < 3; count++) await here.hub.publish("s", LabCounterAdded, add);
    expect(await there.hub.session("s")).toMatchObject({ ordinal: 3n });
    await here.hub.delete("s");
    await here.hub.publish("s", LabCounterAdded, add);
    expect(await there.hub.session("s")).toMatchObject({ ordinal: 1n });
    expect((await there.hub.timeline("s")).get(LabCounter, "c")?.total).toBe(1n);
  });

  test("starts over for those who follow it, also where the program deletes or imports it without the hub", async () => {
    const store = place.open();
    const { hub } = watched({ store });
    await hub.publish("s", LabCounterAdded, add);
    const exported: Uint8Array[] = [];
    for await (const chunk of hub.export({ sessions: ["s"] })) exported.push(chunk);
    const heard: UiBatch[] = [];
    const unfollow = hub.follow("s", (batch) => heard.push(batch));
    await hub.hydrate("s");
    await store.delete("s");
    await until(() => heard.length === 1, "it hears of the deletion");
    expect(heard).toMatchObject([{ isReset: true, ordinal: 0n }]);
    async function* chunks() {
      yield* exported;
    }
    await importSessions(store, chunks());
    await until(() => heard.length >= 2, "it hears of the import");
    expect((await hub.timeline("s")).get(LabCounter, "c")?.total).toBe(1n);
    unfollow();
    await hub.delete("s");
    await hub.close();
  });

  test("starts over with nothing for all who follow it, and goes on with what begins under its id", async () => {
    const { here, there } = hubs();
    await here.hub.publish("s", LabTrace, {});
    const heard: UiBatch[][] = [[], []];
    const unfollow = [here, there].map(({ hub }, who) => hub.follow("s", (batch) => heard[who]?.push(batch)));
    for (const { hub } of [here, there]) await hub.hydrate("s");
    await here.hub.delete("s");
    const told = (batches: readonly UiBatch[] | undefined) =>
      batches?.map(({ ordinal, isReset }) => (isReset ? ["reset", ordinal] : ordinal));
    await until(() => heard.every(({ length }) => length >= 1), "both have heard");
    expect(heard.map(told)).toEqual([[["reset", 0n]], [["reset", 0n]]]);
    await there.hub.publish("s", LabTrace, {});
    await until(() => heard.every(({ length }) => length >= 2), "both have heard what is new");
    expect(heard.map(told)).toEqual([
      [["reset", 0n], 1n],
      [["reset", 0n], 1n],
    ]);
    for (const end of unfollow) end();
  });

  test("aborts handlers and background work in each process, and refuses what they still publish", async () => {
    const reasons: unknown[] = [];
    const refused: unknown[] = [];
    const { here, there } = hubs({
      async work({ publish, signal, background }) {
        await publish(LabTrace, {});
        background(`b${Math.random()}`, async (signal) => {
          reasons.push(await aborted(signal));
          await publish(LabTrace, { text: "late" }).catch((error) => refused.push(error));
        });
        reasons.push(await aborted(signal));
        try {
          background("more", async () => {});
        } catch (error) {
          refused.push(error);
        }
        await publish(LabTrace, { text: "late" }).catch((error) => refused.push(error));
        throw signal.reason;
      },
    });
    const unfollow = there.hub.follow("s", () => {});
    const works = [here, there].map(({ hub }) => hub.submit("s", LabWork, {}).catch((error) => error));
    await expect.poll(async () => (await here.hub.session("s")).ordinal).toBe(2n);
    await there.hub.session("s");
    await here.hub.delete("s");
    for (const work of works) expect(await work).toMatchObject(deleted);
    await until(() => refused.length === 6, "all that is late is refused");
    expect(reasons).toEqual(Array.from({ length: 4 }, () => expect.objectContaining(deleted)));
    expect(refused).toEqual(Array.from({ length: 6 }, () => expect.objectContaining(deleted)));
    expect(await here.hub.sessions()).toEqual([]);
    unfollow();
  });

  test("is not begun anew by a handler of a process that has not heard of the deletion", async () => {
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { here, there } = hubs({
      async work({ publish }) {
        await publish(LabTrace, { text: "early" });
        await gate;
        await publish(LabTrace, { text: "late" });
      },
    });
    const plain = there.hub.submit("s", LabWork, {}).catch((error) => error);
    const keyed = there.hub.submit("s", LabWork, {}, { key: "k" }).catch((error) => error);
    await expect.poll(async () => (await here.hub.session("s")).ordinal).toBe(2n);
    await here.hub.delete("s");
    go();
    expect(await plain).toMatchObject(deleted);
    expect(await keyed).toMatchObject(deleted);
    expect(await here.hub.sessions()).toEqual([]);
  });

  test("ends its runs, in each process, without what their end decides", async () => {
    const reasons: unknown[] = [];
    const { here, there } = hubs({
      runs: {
        sweep: {
          async run({ signal }) {
            reasons.push(await aborted(signal));
          },
          ended: () => [LabTrace.of({ text: "ended" })],
        },
      },
    });
    await here.hub.start("s", LabSweep, {}, { id: "a" });
    await there.hub.start("s", LabSweep, {}, { id: "b" });
    await expect.poll(async () => (await here.hub.session("s")).runs.length).toBe(2);
    await here.hub.delete("s");
    await until(() => reasons.length === 2, "both are over");
    expect(reasons).toEqual([expect.objectContaining(deleted), expect.objectContaining(deleted)]);
    await here.hub.waitIdle("s");
    expect(await here.hub.runs("s")).toEqual([]);
    expect(await here.hub.sessions()).toEqual([]);
  });

  test("can be deleted by its own handler", async () => {
    const self: { delete?: () => Promise<boolean> } = {};
    const { here } = hubs({
      async work({ publish }) {
        await publish(LabTrace, {});
        expect(await self.delete?.()).toBe(true);
      },
    });
    self.delete = () => here.hub.delete("s");
    expect(await here.hub.submit("s", LabWork, {})).toEqual({ ordinal: 1n });
    expect(await here.hub.sessions()).toEqual([]);
  });

  test("stays, where the store fails before, and is gone, where it fails after", async () => {
    const store = failingStore(place.open());
    const { hub } = watched({ store });
    await hub.publish("s", LabCounterAdded, add);
    store.failNext("delete");
    await expect(hub.delete("s")).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(await hub.session("s")).toMatchObject({ ordinal: 1n });
    expect(await hub.publish("s", LabCounterAdded, add)).toEqual({ ordinal: 2n });
    store.failNext("delete", { afterEffect: true });
    await expect(hub.delete("s")).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(await hub.session("s")).toMatchObject({ ordinal: 0n });
    expect(await hub.publish("s", LabCounterAdded, add)).toEqual({ ordinal: 1n });
    await hub.delete("s");
    await hub.close();
    await expect(hub.delete("s")).rejects.toMatchObject({ code: "CLOSED" });
    await expect(hub.delete("")).rejects.toMatchObject({ code: "INVALID_SESSION" });
  });

  test("while events come in, loses none that was acknowledged afterwards", async () => {
    const { here, there } = hubs();
    let isOver = false;
    let published = 0;
    const publishing = [here, there].map(async ({ hub }) => {
      while (!isOver) {
        try {
          await hub.publish("s", LabCounterAdded, add);
          published++;
        } catch (refusal) {
          // What has no place in the order yet goes with the session.
          expect(refusal).toMatchObject(deleted);
        }
      }
    });
    for (let count = 0; count < 5; count++) {
      const before = published;
      await until(() => published > before + 5, "more was published");
      await here.hub.delete("s");
    }
    isOver = true;
    await Promise.all(publishing);
    await here.hub.delete("s");
    for (let count = 0; count < 3; count++) await there.hub.publish("s", LabCounterAdded, add);
    for (const { hub } of [here, there]) {
      const events = await hub.events("s");
      expect(events.map(({ ordinal }) => ordinal)).toEqual([1n, 2n, 3n]);
      expect((await hub.timeline("s")).get(LabCounter, "c")?.total).toBe(3n);
    }
  });
});
