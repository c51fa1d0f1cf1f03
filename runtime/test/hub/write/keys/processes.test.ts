import { describe, expect, test } from "vitest";
import { LabTrace, LabWork } from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import type { LabSwitches } from "../../../../../test/fixtures/lab.js";
import { places } from "../../../../../test/fixtures/stores.js";
import { Gate, settles } from "../../gate.js";
import { keyedHub, once, reused, sessionIds, three } from "./keyed.js";

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

  test("two processes of which one publishes nothing: both have the same outcome", async () => {
    const gate = new Gate();
    const one = hubOf(async ({ publish }) => {
      await publish(LabTrace, {});
    });
    const two = hubOf(() => gate.opened);
    const id = newSession();
    const second = two.hub.submit(id, LabWork, {}, once);
    expect(await settles(second)).toBe(false);
    expect(await one.hub.submit(id, LabWork, {}, once)).toEqual({ ordinal: 1n });
    gate.open();
    expect(await second).toEqual({ ordinal: 1n });
  });

  test("two processes of which one hides why it was too late: both have the same outcome", async () => {
    const gate = new Gate();
    const work: LabSwitches["work"] = async ({ publish }) => {
      await gate.opened;
      await publish(LabTrace, {}).catch(() => {
        throw new Error("could not do it");
      });
    };
    const [one, two] = [hubOf(work), hubOf(work)];
    const id = newSession();
    const submits = [one, two].map(({ hub }) => hub.submit(id, LabWork, {}, once));
    expect(await settles(Promise.all(submits))).toBe(false);
    gate.open();
    expect(await Promise.all(submits)).toEqual([{ ordinal: 1n }, { ordinal: 1n }]);
  });

  test.each([
    ["before it publishes", false],
    ["and publishes nothing", true],
  ])("a run that a command starts %s goes on in one process only", async (_, publishesNothing) => {
    const gate = new Gate();
    const work: LabSwitches["work"] = async ({ publish, run }) => {
      await gate.opened;
      run("r", async () => void (await publish(LabTrace, { text: "run" })));
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
