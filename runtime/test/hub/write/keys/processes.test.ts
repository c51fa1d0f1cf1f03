import { describe, expect, test } from "vitest";
import { LabTrace, LabWork } from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import type { LabSwitches } from "../../../../../test/fixtures/lab.js";
import { type Place, places, wrapStore } from "../../../../../test/fixtures/stores.js";
import { Gate, settles } from "../../gate.js";
import { broken, keyedHub, once, reused, sessionIds, three } from "./keyed.js";

describe.each(places)("a command that two processes do under one key, on %s", (_, makePlace) => {
  const place = makePlace();
  const newSession = sessionIds();
  const hubOf = (work?: LabSwitches["work"]) => keyedHub(place, work);

  test("two processes that do the same command at once: one of them has its effect, both have its outcome", async () => {
    const gate = new Gate();
    const work: LabSwitches["work"] = async (context) => {
      await gate.opened;
      await three(context);
    };
    const one = hubOf(work);
    const two = hubOf(work);
    const id = newSession();
    const submits = [one, two].map(({ hub }) => hub.submit(id, LabWork, { task: "t" }, once));
    // Others' events in between must not be lost.
    const others = [one, two].map(({ hub }) => hub.submit(id, LabWork, { task: "u" }, { key: crypto.randomUUID() }));
    expect(await settles(Promise.all(submits))).toBe(false);
    gate.open();
    const [first, second] = await Promise.all(submits);
    expect(first).toEqual(second);
    await Promise.all(others);
    const texts = (await one.hub.events(id)).map(({ payload }) => (payload as { text?: string }).text);
    expect(texts.filter((text) => text?.startsWith("t"))).toEqual(["t 1", "t 2", "t 3"]);
    expect(texts.filter((text) => text?.startsWith("u")).sort()).toEqual(["u 1", "u 1", "u 2", "u 2", "u 3", "u 3"]);
    expect([...one.reports, ...two.reports]).toEqual([]);
    await one.hub.close();
    await two.hub.close();
  });

  test("two processes that do a command that publishes nothing: both have its outcome", async () => {
    const gate = new Gate();
    const one = hubOf(() => gate.opened);
    const two = hubOf(() => gate.opened);
    const id = newSession();
    await one.hub.publish(id, LabTrace, {});
    const submits = [one, two].map(({ hub }) => hub.submit(id, LabWork, {}, once));
    expect(await settles(Promise.all(submits))).toBe(false);
    gate.open();
    expect(await Promise.all(submits)).toEqual([{ ordinal: 1n }, { ordinal: 1n }]);
  });

  test("two processes that do different things under one key at once: one is an error and has no effect", async () => {
    const gate = new Gate();
    const work: LabSwitches["work"] = async (context) => {
      await gate.opened;
      await three(context);
    };
    const [one, two] = [hubOf(work), hubOf(work)];
    const id = newSession();
    const submits = [
      one.hub.submit(id, LabWork, { task: "a" }, once),
      two.hub.submit(id, LabWork, { task: "b" }, once),
    ];
    expect(await settles(Promise.allSettled(submits))).toBe(false);
    gate.open();
    const outcomes = await Promise.allSettled(submits);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toEqual([
      { status: "fulfilled", value: { ordinal: 3n } },
    ]);
    expect(outcomes.find((outcome) => outcome.status === "rejected")).toMatchObject({ reason: reused });
    expect(await one.hub.events(id)).toHaveLength(3);
  });

  test("the second process waits for the first, whatever it would have done: only one handler runs", async () => {
    const gate = new Gate();
    const one = hubOf(async ({ publish }) => {
      await publish(LabTrace, {});
    });
    const two = hubOf(() => gate.opened);
    const id = newSession();
    const second = two.hub.submit(id, LabWork, {}, once);
    expect(await settles(second)).toBe(false);
    const first = one.hub.submit(id, LabWork, {}, once);
    expect(await settles(first)).toBe(false);
    gate.open();
    expect(await Promise.all([first, second])).toEqual([{ ordinal: 0n }, { ordinal: 0n }]);
    expect([one.runs(), two.runs()]).toEqual([0, 1]);
  });

  test("where the first process failed before anything was durable, the second does the work", async () => {
    const gate = new Gate();
    const one = hubOf(async () => {
      await gate.opened;
      throw broken;
    });
    const two = hubOf(three);
    const id = newSession();
    const first = one.hub.submit(id, LabWork, { task: "t" }, once);
    expect(await settles(first)).toBe(false);
    const second = two.hub.submit(id, LabWork, { task: "t" }, once);
    gate.open();
    await expect(first).rejects.toBe(broken);
    expect(await second).toEqual({ ordinal: 3n });
  });

  test("a process that closes while it is at work leaves it to the others at once", async () => {
    const gate = new Gate();
    const one = hubOf(async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      await gate.opened;
      throw broken;
    });
    const two = hubOf(three);
    const id = newSession();
    const first = one.hub.submit(id, LabWork, { task: "t" }, once);
    first.catch(() => {});
    expect(await settles(first)).toBe(false);
    const second = two.hub.submit(id, LabWork, { task: "t" }, once);
    const closed = one.hub.close({ abort: true });
    gate.open();
    await closed;
    await expect(first).rejects.toMatchObject({ code: "CLOSED" });
    expect(await second).toEqual({ ordinal: 3n });
  });

  test("a process that is silent for the time of a lease is taken for dead, and commits nothing under the key", async () => {
    const gate = new Gate();
    const work: LabSwitches["work"] = async (context) => {
      await gate.opened;
      await three(context);
    };
    const silent: Place = { open: () => wrapStore(place.open(), { beat: async () => true }) };
    const one = keyedHub(silent, work, { lease: 200 });
    const two = keyedHub(place, three, { lease: 200 });
    const id = newSession();
    const first = one.hub.submit(id, LabWork, { task: "t" }, once);
    expect(await settles(first)).toBe(false);
    const begun = performance.now();
    expect(await two.hub.submit(id, LabWork, { task: "t" }, once)).toEqual({ ordinal: 3n });
    expect(performance.now() - begun).toBeGreaterThan(150);
    gate.open();
    expect(await first).toEqual({ ordinal: 3n });
    expect(await two.hub.events(id)).toHaveLength(3);
  });

  test("a process that is at work for longer than a lease is waited for", async () => {
    const gate = new Gate();
    const one = keyedHub(place, () => gate.opened, { lease: 100 });
    const two = keyedHub(place, three, { lease: 100 });
    const id = newSession();
    const first = one.hub.submit(id, LabWork, {}, once);
    expect(await settles(first)).toBe(false);
    const second = two.hub.submit(id, LabWork, {}, once);
    await new Promise((resolve) => setTimeout(resolve, 500));
    gate.open();
    expect(await Promise.all([first, second])).toEqual([{ ordinal: 0n }, { ordinal: 0n }]);
    expect(two.runs()).toBe(0);
  });

  test.each([
    ["before it publishes", false],
    ["and publishes nothing", true],
  ])("a run that a command starts %s goes on in one process only", async (_, publishesNothing) => {
    const gate = new Gate();
    const work: LabSwitches["work"] = async ({ publish, background }) => {
      await gate.opened;
      background("r", async () => void (await publish(LabTrace, { text: "run" })));
      if (!publishesNothing) await publish(LabTrace, { text: "started" });
    };
    const [one, two] = [hubOf(work), hubOf(work)];
    const id = newSession();
    const submits = [one, two].map(({ hub }) => hub.submit(id, LabWork, {}, once));
    expect(await settles(Promise.all(submits))).toBe(false);
    gate.open();
    await Promise.all(submits);
    await one.hub.waitIdle(id);
    await two.hub.waitIdle(id);
    const texts = (await one.hub.events(id)).map(({ payload }) => (payload as { text?: string }).text);
    expect(texts).toEqual(publishesNothing ? ["run"] : ["started", "run"]);
    expect([...one.reports, ...two.reports]).toEqual([]);
  });
});
