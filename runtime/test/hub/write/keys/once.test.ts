import { create } from "@bufbuild/protobuf";
import { Hub, type HubOptions, memoryStore } from "@sessionstream/runtime";
import { describe, expect, test, vi } from "vitest";
import { TraceEventSchema } from "../../../../../test/fixtures/gen/lab/v1/lab_pb.js";
import { LabRest, LabTrace, LabWork } from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../../test/fixtures/lab.js";
import { type Place, places, wrapStore } from "../../../../../test/fixtures/stores.js";
import { Gate, settles } from "../../gate.js";

const reused = expect.objectContaining({ name: "SessionstreamError", code: "KEY_REUSED" });
const invalid = expect.objectContaining({ name: "SessionstreamError", code: "INVALID_KEY" });
const broken = new Error("broken");
const once = { key: "k" };

describe.each(places)("idempotency keys, on %s", (_, makePlace) => {
  const place = makePlace();
  /** A session of its own for each test. */
  let count = 0;
  const newSession = () => `s${++count}`;

  function hubOf(work: LabSwitches["work"], options: Partial<HubOptions> = {}, at: Place = place) {
    let runs = 0;
    const counted: LabSwitches["work"] = (context) => {
      runs++;
      return work?.(context);
    };
    const reports: unknown[] = [];
    const hub = new Hub({
      features: [labOf({ work: counted })],
      store: at.open(),
      onError: (report) => reports.push(report),
      ...options,
    });
    return { hub, reports, runs: () => runs };
  }

  const three: LabSwitches["work"] = async ({ publish, payload: { task } }) => {
    await publish(LabTrace, { text: `${task} 1` });
    void publish(LabTrace, { text: `${task} 2` });
    await publish(LabTrace, { text: `${task} 3` });
  };

  test("a command that is submitted again has its effect once, and the same outcome", async () => {
    const { hub, runs } = hubOf(three);
    const id = newSession();
    expect(await hub.submit(id, LabWork, { task: "t" }, once)).toEqual({ ordinal: 3n });
    await hub.publish(id, LabTrace, {});
    expect(await hub.submit(id, LabWork, { task: "t" }, once)).toEqual({ ordinal: 3n });
    expect(runs()).toBe(1);
    expect(await hub.events(id)).toHaveLength(4);
  });

  test("so does one that is submitted again while it is being done, whose failure is told to all", async () => {
    const gate = new Gate();
    const { hub, runs } = hubOf(async ({ publish }) => {
      void publish(LabTrace, {});
      await gate.opened;
      throw broken;
    });
    const id = newSession();
    const digest = vi.spyOn(crypto.subtle, "digest");
    const submits = [1, 2, 3].map(() => hub.submit(id, LabWork, {}, once));
    const outcomes = Promise.allSettled(submits);
    // Each is looked up under its key before the first has failed.
    await vi.waitFor(() => expect(digest).toHaveBeenCalledTimes(3));
    await Promise.all(digest.mock.results.map(({ value }) => value));
    digest.mockRestore();
    expect(await settles(outcomes)).toBe(false);
    gate.open();
    expect(await outcomes).toEqual(submits.map(() => ({ status: "rejected", reason: broken })));
    expect(runs()).toBe(1);
  });

  test("also after a restart", async () => {
    const id = newSession();
    const before = hubOf(three);
    await before.hub.submit(id, LabWork, {}, once);
    await before.hub.close();
    const { hub, runs } = hubOf(three);
    expect(await hub.submit(id, LabWork, {}, once)).toEqual({ ordinal: 3n });
    expect(runs()).toBe(0);
    expect(await hub.events(id)).toHaveLength(3);
  });

  test("another payload or another command under the same key is an error and has no effect", async () => {
    const gate = new Gate();
    const { hub, runs } = hubOf(async ({ publish }) => {
      await publish(LabTrace, {});
      await gate.opened;
    });
    const id = newSession();
    const first = hub.submit(id, LabWork, { task: "a" }, once);
    await expect(hub.submit(id, LabWork, { task: "b" }, once)).rejects.toEqual(reused);
    gate.open();
    await first;
    await expect(hub.submit(id, LabWork, { task: "b" }, once)).rejects.toThrow(
      `idempotency key "k" was used for something else in session "${id}": give each command a key of its own`,
    );
    await expect(hub.submit(id, LabRest, {}, once)).rejects.toEqual(reused);
    await expect(hub.publish(id, LabTrace, {}, once)).rejects.toEqual(reused);
    expect(runs()).toBe(1);
    expect(await hub.events(id)).toHaveLength(1);
  });

  test("another key, another session, and no key at all are other commands", async () => {
    const { hub, runs } = hubOf(three);
    const id = newSession();
    await hub.submit(id, LabWork, {}, once);
    await hub.submit(id, LabWork, {}, { key: "K" });
    await hub.submit(newSession(), LabWork, {}, once);
    await hub.submit(id, LabWork, {});
    await hub.submit(id, LabWork, {});
    expect(runs()).toBe(5);
  });

  test("a command that published nothing is not done again either", async () => {
    const { hub, runs } = hubOf(() => {});
    const id = newSession();
    await hub.publish(id, LabTrace, {});
    expect(await hub.submit(id, LabWork, {}, once)).toEqual({ ordinal: 1n });
    await hub.publish(id, LabTrace, {});
    expect(await hub.submit(id, LabWork, {}, once)).toEqual({ ordinal: 1n });
    expect(runs()).toBe(1);
    expect(await hub.publish(id, LabTrace, {})).toEqual({ ordinal: 3n });
  });

  test("one that began a session and published nothing is not done again, and leaves the session usable", async () => {
    const { hub, runs } = hubOf(() => {}, { sessionMetadata: () => ({ owner: "x" }) });
    const id = newSession();
    expect(await hub.submit(id, LabWork, {}, once)).toEqual({ ordinal: 0n });
    expect(await hub.submit(id, LabWork, {}, once)).toEqual({ ordinal: 0n });
    expect(runs()).toBe(1);
    expect(await hub.publish(id, LabTrace, {})).toEqual({ ordinal: 1n });
    expect(await hub.session(id)).toMatchObject({ metadata: { owner: "x" }, ordinal: 1n });
  });

  test("one that failed before anything it published was durable is done again", async () => {
    let isBroken = true;
    const { hub, runs } = hubOf(async ({ publish }) => {
      if (isBroken) throw broken;
      await publish(LabTrace, {});
    });
    const id = newSession();
    await expect(hub.submit(id, LabWork, {}, once)).rejects.toBe(broken);
    isBroken = false;
    expect(await hub.submit(id, LabWork, {}, once)).toEqual({ ordinal: 1n });
    expect(runs()).toBe(2);
  });

  test("one that failed after it published has had its effect", async () => {
    const { hub, runs } = hubOf(async ({ publish }) => {
      await publish(LabTrace, {});
      await publish(LabTrace, {});
      throw broken;
    });
    const id = newSession();
    await expect(hub.submit(id, LabWork, {}, once)).rejects.toBe(broken);
    expect(await hub.submit(id, LabWork, {}, once)).toEqual({ ordinal: 2n });
    expect(runs()).toBe(1);
    expect(await hub.events(id)).toHaveLength(2);
  });

  test("what its run publishes later is not the command's", async () => {
    const { hub } = hubOf(async ({ publish, run }) => {
      await publish(LabTrace, {});
      run("r", async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        await publish(LabTrace, {});
      });
    });
    const id = newSession();
    await hub.submit(id, LabWork, {}, once);
    await hub.waitIdle(id);
    expect(await hub.submit(id, LabWork, {}, once)).toEqual({ ordinal: 1n });
    expect(await hub.events(id)).toHaveLength(2);
  });

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

  test("a command whose events are committed one after the other has them all", async () => {
    const { hub } = hubOf(async ({ publish }) => {
      for (let event = 0; event < 5; event++) await publish(LabTrace, {});
    });
    const id = newSession();
    expect(await hub.submit(id, LabWork, {}, once)).toEqual({ ordinal: 5n });
    expect(await hub.events(id)).toHaveLength(5);
  });

  test("what a command publishes in one turn is committed as one, however much else there is", async () => {
    const inner = place.open();
    let commits = 0;
    const store = wrapStore(inner, {
      commit: (batches) => (++commits === 1 ? inner.commit(batches) : Promise.reject(broken)),
    });
    const gate = new Gate();
    const { hub } = hubOf(
      async ({ publish }) => {
        await gate.opened;
        for (let event = 0; event < 255; event++) hub.publish(id, LabTrace, { text: "other" }).catch(() => {});
        for (let event = 0; event < 50; event++) void publish(LabTrace, { text: "mine" });
      },
      { store },
    );
    const id = newSession();
    await hub.session(id);
    const submitted = hub.submit(id, LabWork, {}, once);
    expect(await settles(submitted)).toBe(false);
    gate.open();
    expect(await submitted).toEqual({ ordinal: 305n });
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

  test("a run of a command that could not be recorded does not begin", async () => {
    let isBroken = true;
    const inner = place.open();
    const store = wrapStore(inner, {
      commit: (batches) => (isBroken ? Promise.reject(broken) : inner.commit(batches)),
    });
    const { hub } = hubOf(({ publish, run }) => run("r", async () => void (await publish(LabTrace, {}))), { store });
    const id = newSession();
    await expect(hub.submit(id, LabWork, {}, once)).rejects.toMatchObject({ code: "STORE_FAILED" });
    await hub.waitIdle(id);
    isBroken = false;
    await hub.submit(id, LabWork, {}, once);
    await hub.waitIdle(id);
    expect(await hub.events(id)).toHaveLength(1);
  });

  test("whoever gives up ends his own wait, not the handler and not the others'", async () => {
    const gate = new Gate();
    const { hub, runs } = hubOf(async ({ publish, signal }) => {
      await gate.opened;
      signal.throwIfAborted();
      await publish(LabTrace, {});
    });
    const id = newSession();
    const [first, second] = [new AbortController(), new AbortController()];
    const submits = [first, second, undefined].map((giveUp) =>
      hub.submit(id, LabWork, {}, { ...once, ...(giveUp && { signal: giveUp.signal }) }),
    );
    const outcomes = Promise.allSettled(submits);
    first.abort(new Error("the first gives up"));
    second.abort(new Error("the second gives up"));
    expect(await settles(outcomes)).toBe(false);
    gate.open();
    expect(await outcomes).toMatchObject([
      { reason: { message: "the first gives up" } },
      { reason: { message: "the second gives up" } },
      { value: { ordinal: 1n } },
    ]);
    expect(runs()).toBe(1);
  });

  test("whoever gave up before does not begin anything", async () => {
    const { hub, runs } = hubOf(three);
    const signal = AbortSignal.abort(new Error("given up"));
    await expect(hub.submit(newSession(), LabWork, {}, { ...once, signal })).rejects.toThrow("given up");
    await hub.close();
    expect(runs()).toBe(0);
  });

  test("a handler that waits for itself does not keep a hub that is closed by force", async () => {
    const { hub } = hubOf(async ({ session, key }) => {
      await hub.submit(session.id, LabWork, {}, { key: key as string });
    });
    const submitted = hub.submit(newSession(), LabWork, {}, once);
    const refused = expect(submitted).rejects.toMatchObject({ code: "CLOSED" });
    expect(await settles(submitted)).toBe(false);
    await hub.close({ abort: true });
    await refused;
  });

  test("the work begins in the order in which it was asked for", async () => {
    const tasks: string[] = [];
    const { hub } = hubOf(({ payload: { task } }) => void tasks.push(task));
    const id = newSession();
    const names = Array.from({ length: 50 }, (_, index) => `t${index}`);
    await Promise.all(names.map((task) => hub.submit(id, LabWork, { task }, { key: task })));
    expect(tasks).toEqual(names);
  });

  test("where the store fails, nothing is kept of the key", async () => {
    let isBroken = true;
    const inner = place.open();
    const store = wrapStore(inner, {
      commit: (batches) => (isBroken ? Promise.reject(broken) : inner.commit(batches)),
    });
    const { hub, runs } = hubOf(three, { store });
    const id = newSession();
    await expect(hub.submit(id, LabWork, {}, once)).rejects.toMatchObject({ code: "STORE_FAILED" });
    isBroken = false;
    expect(await hub.submit(id, LabWork, {}, once)).toEqual({ ordinal: 3n });
    expect(runs()).toBe(2);
  });

  test("an event that is delivered again is stored once", async () => {
    const { hub } = hubOf(undefined);
    const id = newSession();
    const delivered = create(TraceEventSchema, { text: "from elsewhere" });
    const [first, again] = [hub.publish(id, LabTrace, delivered, once), hub.publish(id, LabTrace, delivered, once)];
    // What is published is what was given at the time.
    delivered.text = "changed";
    expect(await Promise.all([first, again])).toEqual([{ ordinal: 1n }, { ordinal: 1n }]);
    expect(await hub.publish(id, LabTrace, { text: "from elsewhere" }, once)).toEqual({ ordinal: 1n });
    await expect(hub.publish(id, LabTrace, { text: "other" }, once)).rejects.toEqual(reused);
    expect(await hub.events(id)).toMatchObject([{ payload: { text: "from elsewhere" } }]);
  });

  test("an event that is refused can be delivered again", async () => {
    let isBroken = true;
    const feature = labOf({
      beforeUi: () => {
        if (isBroken) throw broken;
      },
    });
    const hub = new Hub({
      features: [feature],
      store: place.open(),
      onProjectionError: { ui: "fail" },
      onError: () => {},
    });
    const id = newSession();
    await expect(hub.publish(id, LabTrace, {}, once)).rejects.toMatchObject({ code: "PROJECTION_FAILED" });
    isBroken = false;
    expect(await hub.publish(id, LabTrace, {}, once)).toEqual({ ordinal: 1n });
  });
});

test.each([[""], ["k".repeat(256)], ["ü"], ["a b"], ["a\n"], [5 as unknown as string]])(
  "a key that is not usable is refused: %j",
  async (key) => {
    const hub = new Hub({ features: [labOf({ work: () => {} })], store: memoryStore() });
    await expect(hub.submit("s", LabWork, {}, { key })).rejects.toEqual(invalid);
    await expect(hub.publish("s", LabTrace, {}, { key })).rejects.toEqual(invalid);
    expect(await hub.events("s")).toEqual([]);
  },
);

test("closing waits for what is done under a key", async () => {
  const gate = new Gate();
  const place = wrapStore(memoryStore(), {});
  const hub = new Hub({ features: [labOf({ work: () => gate.opened })], store: place });
  const submitted = hub.submit("s", LabWork, {}, once);
  const closed = hub.close();
  expect(await settles(closed)).toBe(false);
  gate.open();
  await closed;
  expect(await submitted).toEqual({ ordinal: 0n });
  await expect(hub.submit("s", LabWork, {}, once)).rejects.toMatchObject({ code: "CLOSED" });
});
