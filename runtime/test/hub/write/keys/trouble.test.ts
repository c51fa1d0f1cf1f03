import { create } from "@bufbuild/protobuf";
import { Hub, type Store } from "@sessionstream/runtime";
import { failingStore } from "@sessionstream/runtime/testing";
import { describe, expect, test } from "vitest";
import { CounterAddedEventSchema } from "../../../../../test/fixtures/gen/lab/v1/lab_pb.js";
import { LabWork } from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../../test/fixtures/lab.js";
import { places, wrapStore } from "../../../../../test/fixtures/stores.js";
import { within } from "../../../../../test/fixtures/until.js";
import { Gate, settles } from "../../gate.js";
import { broken, keyedHub, once, sessionIds, three } from "./keyed.js";

describe.each(places)("a key when something goes wrong, on %s", (_, makePlace) => {
  const place = makePlace();
  const newSession = sessionIds();
  const opening = (store: Store) => ({ open: () => store });

  test("a hub that is closed by force does not wait for the command of another process", async () => {
    const gate = new Gate();
    const one = keyedHub(place, () => gate.opened);
    const two = keyedHub(place, three);
    const id = newSession();
    const first = one.hub.submit(id, LabWork, {}, once);
    expect(await settles(first)).toBe(false);
    const second = two.hub.submit(id, LabWork, {}, once);
    expect(await settles(second)).toBe(false);
    const refused = expect(second).rejects.toMatchObject({ code: "CLOSED" });
    await Promise.all([refused, within(2000, "the hub is closed", two.hub.close({ abort: true, grace: 100 }))]);
    gate.open();
    expect(await first).toEqual({ ordinal: 0n });
    expect(two.runs()).toBe(0);
  });

  test("those who wait for another process do not write meanwhile", async () => {
    const gate = new Gate();
    const one = keyedHub(place, () => gate.opened);
    const inner = place.open();
    let claims = 0;
    const store = wrapStore(inner, {
      claim: (asked) => {
        claims++;
        return inner.claim(asked);
      },
    });
    const two = keyedHub(opening(store), three);
    const id = newSession();
    const first = one.hub.submit(id, LabWork, {}, once);
    expect(await settles(first)).toBe(false);
    const second = two.hub.submit(id, LabWork, {}, once);
    await new Promise((resolve) => setTimeout(resolve, 200));
    gate.open();
    expect(await Promise.all([first, second])).toEqual([{ ordinal: 0n }, { ordinal: 0n }]);
    expect(claims).toBe(1);
  });

  test("a command of which nobody knows whether it published anything is not done again where it did", async () => {
    const store = failingStore(place.open());
    const { hub, runs } = keyedHub(opening(store), three);
    const id = newSession();
    store.failNext("commit", { afterEffect: true });
    store.failNext("hasBatch");
    await expect(hub.submit(id, LabWork, { task: "t" }, once)).rejects.toMatchObject({ code: "STORE_FAILED" });
    const { length } = await hub.events(id);
    expect(length).toBeGreaterThan(0);
    expect(await hub.submit(id, LabWork, { task: "t" }, once)).toEqual({ ordinal: BigInt(length) });
    expect(runs()).toBe(1);
  });

  test("a claim that the store did not let go is let go later, while the process is at work under other keys", async () => {
    const gate = new Gate();
    const store = failingStore(place.open());
    let isBroken = true;
    const { hub, runs } = keyedHub(
      opening(store),
      async ({ payload: { task } }) => {
        if (task === "long") return gate.opened;
        if (isBroken) throw broken;
      },
      { lease: 100 },
    );
    const id = newSession();
    const long = hub.submit(id, LabWork, { task: "long" }, { key: "long" });
    expect(await settles(long)).toBe(false);
    store.failNext("settle");
    await expect(hub.submit(id, LabWork, {}, once)).rejects.toBe(broken);
    isBroken = false;
    expect(await within(2000, "the command is done", hub.submit(id, LabWork, {}, once))).toEqual({ ordinal: 0n });
    gate.open();
    await long;
    expect(runs()).toBe(3);
  });

  test("a claim that the store gave and did not tell is let go later", async () => {
    const gate = new Gate();
    const store = failingStore(place.open());
    const { hub } = keyedHub(
      opening(store),
      async ({ payload: { task } }) => {
        if (task === "long") await gate.opened;
      },
      { lease: 100 },
    );
    const id = newSession();
    const long = hub.submit(id, LabWork, { task: "long" }, { key: "long" });
    expect(await settles(long)).toBe(false);
    store.failNext("claim", { afterEffect: true });
    const submit = () => within(2000, "the command is done", hub.submit(id, LabWork, {}, once));
    await expect(submit()).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(await submit()).toEqual({ ordinal: 0n });
    gate.open();
    await long;
  });

  test("what a process published in the instant before it was taken for dead is not done again", async () => {
    const [entered, gate, done, end] = [new Gate(), new Gate(), new Gate(), new Gate()];
    const silent = { open: () => wrapStore(place.open(), { beat: async () => true }) };
    const one = keyedHub(
      silent,
      async (context) => {
        entered.open();
        await gate.opened;
        await three(context);
        done.open();
        await end.opened;
      },
      { lease: 100 },
    );
    const id = newSession();
    const first = one.hub.submit(id, LabWork, { task: "t" }, once);
    await entered.opened;
    const inner = place.open();
    const store = wrapStore(inner, {
      claim: async (claims) => {
        if (claims.some(({ from }) => from !== undefined)) {
          gate.open();
          await done.opened;
        }
        return inner.claim(claims);
      },
    });
    const two = keyedHub(opening(store), three, { lease: 100 });
    expect(await two.hub.submit(id, LabWork, { task: "t" }, once)).toEqual({ ordinal: 3n });
    expect(two.runs()).toBe(0);
    expect(await two.hub.events(id)).toHaveLength(3);
    end.open();
    expect(await first).toEqual({ ordinal: 3n });
  });

  test("a rejection whose detail cannot be stored stays a rejection, without it", async () => {
    const { hub, runs } = keyedHub(
      place,
      ({ reject }) => {
        const error = reject("ODD", { detail: create(CounterAddedEventSchema, { name: "a" }) });
        Object.assign(error.rejection.detail ?? {}, { amount: "none" });
        throw error;
      },
      { freeze: false },
    );
    const id = newSession();
    const submit = () => within(2000, "the command is done", hub.submit(id, LabWork, {}, once));
    await expect(submit()).rejects.toMatchObject({ code: "REJECTED" });
    await expect(submit()).rejects.toMatchObject({ code: "REJECTED", rejection: { code: "ODD", detail: undefined } });
    expect(runs()).toBe(1);
  });

  test("a process that only took over what was done leaves nothing behind", async () => {
    const left: string[] = [];
    const inner = place.open();
    const id = newSession();
    const silent = { open: () => wrapStore(place.open(), { beat: async () => true, settle: async () => {} }) };
    const one = keyedHub(silent, three, { lease: 50 });
    expect(await one.hub.submit(id, LabWork, { task: "t" }, once)).toEqual({ ordinal: 3n });
    const two = new Hub({
      features: [labOf()],
      lease: 50,
      store: wrapStore(inner, { leave: async (process) => void left.push(process), close: async () => {} }),
    });
    expect(await two.submit(id, LabWork, { task: "t" }, once)).toEqual({ ordinal: 3n });
    await two.close();
    expect(left).toHaveLength(1);
  });
});
