import { Hub, type Store, type UiBatch } from "@sessionstream/runtime";
import { failingStore } from "@sessionstream/runtime/testing";
import { describe, expect, test } from "vitest";
import { LabNote, LabNoteSet, LabTrace, LabWork } from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../../test/fixtures/lab.js";
import { places, wrapStore } from "../../../../../test/fixtures/stores.js";
import { until, within } from "../../../../../test/fixtures/until.js";
import { settles } from "../../gate.js";

describe.each(places)("a hub that follows what another one commits, on %s", (_, makePlace) => {
  const hubOn = (store: Store, work?: LabSwitches["work"]) =>
    new Hub({ features: [labOf(work && { work })], store, onError: () => {} });

  test.each(["session", "events"] as const)("catches up later where the store fails to read: %s", async (method) => {
    const place = makePlace();
    const store = failingStore(place.open());
    const [one, two] = [hubOn(store), hubOn(place.open())];
    const fanned: UiBatch[] = [];
    one.follow("s", (batch) => fanned.push(batch));
    await one.session("s");
    store.failNext(method);
    await two.publish("s", LabTrace, {});
    await until(() => fanned.length > 0, "the follower hears of the event, or starts over");
    expect((await one.session("s")).ordinal).toBe(1n);
    await one.close();
    await two.close();
  });

  test("starts over where the store failed to read when the hub began to follow", async () => {
    const place = makePlace();
    const store = failingStore(place.open());
    const [one, two] = [hubOn(store), hubOn(place.open())];
    const fanned: UiBatch[] = [];
    store.failNext("load");
    one.follow("s", (batch) => fanned.push(batch));
    await two.publish("s", LabTrace, {});
    await until(() => fanned.length > 0, "the follower hears of the event, or starts over");
    await one.close();
    await two.close();
  });

  test("has what a repair has mended before it first looked", async () => {
    const place = makePlace();
    const advancing = (switches?: LabSwitches) =>
      new Hub({
        features: [labOf(switches)],
        store: place.open(),
        onError: () => {},
        onProjectionError: { timeline: "advance" },
      });
    const broken: LabSwitches = {
      beforeTimeline: () => {
        throw new Error("broken");
      },
    };
    const [one, two] = [advancing(), advancing(broken)];
    await one.session("s");
    await two.publish("s", LabNoteSet, { number: 1, text: "set" });
    delete broken.beforeTimeline;
    await two.rebuild("s");
    expect((await one.timeline("s")).get(LabNote, 1)?.text).toBe("set");
  });

  test("starts over where the store did not say that a repair is done", async () => {
    const switches: LabSwitches = {
      beforeTimeline: () => {
        throw new Error("broken");
      },
    };
    const store = failingStore(makePlace().open());
    const hub = new Hub({ features: [labOf(switches)], store, onError: () => {} });
    const fanned: UiBatch[] = [];
    await hub.publish("s", LabTrace, {});
    hub.follow("s", (batch) => fanned.push(batch));
    delete switches.beforeTimeline;
    store.failNext("commit", { afterEffect: true });
    await expect(hub.retry("s")).rejects.toMatchObject({ code: "STORE_FAILED" });
    await until(() => fanned.length > 0, "the follower starts over");
    expect(fanned).toMatchObject([{ isReset: true, ordinal: 1n }]);
    await hub.close();
  });

  test("gives each who follows the events, also where they do so with one function, until each leaves", async () => {
    const hub = hubOn(makePlace().open());
    let heard = 0;
    const count = () => {
      heard++;
    };
    const leave = [hub.follow("s", count), hub.follow("s", count), hub.subscribe(count), hub.subscribe(count)];
    await hub.publish("s", LabTrace, {});
    expect(heard).toBe(4);
    leave[1]?.();
    leave[3]?.();
    await hub.publish("s", LabTrace, {});
    expect(heard).toBe(6);
    await hub.close();
  });

  test("can be closed while another one commits on and on, and reading takes longer than that", async () => {
    const place = makePlace();
    const inner = place.open();
    const slow = <T>(read: Promise<T>) => new Promise<T>((resolve) => setTimeout(() => resolve(read), 20));
    const listeners: ((moved: undefined) => void)[] = [];
    const store = wrapStore(inner, {
      session: (id) => slow(inner.session(id)),
      events: (id, range) => slow(inner.events(id, range)),
      // A store that tells at once.
      watch: (listener) => {
        listeners.push(listener);
        return () => listeners.splice(0);
      },
    });
    const [one, two] = [hubOn(store), hubOn(place.open())];
    one.follow("s", () => {});
    await one.session("s");
    let isOver = false;
    const publishing = (async () => {
      while (!isOver) {
        await two.publish("s", LabTrace, {});
        for (const listener of listeners) listener(undefined);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await within(2000, "the hub is closed", one.close()).finally(() => {
      isOver = true;
    });
    await publishing;
    await two.close();
  });

  test("decides on what the store had when the command came in, also while an answer of the store is late", async () => {
    const place = makePlace();
    const store = failingStore(place.open());
    const two = hubOn(place.open());
    const one = hubOn(store, async ({ decide, reject }) => {
      await decide((view) => {
        if (view.get(LabNote, 1) === undefined) throw reject("NOT_THERE");
        return [];
      });
    });
    await one.publish("s", LabTrace, {});
    const held = store.holdNext("commit", { afterEffect: true });
    const published = one.publish("s", LabTrace, {});
    await held.reached;
    await two.publish("s", LabNoteSet, { number: 1, text: "set" });
    const submitted = one.submit("s", LabWork, {});
    submitted.catch(() => {});
    await settles(submitted);
    held.release();
    await published;
    expect(await submitted).toEqual({ ordinal: 3n });
  });
});
