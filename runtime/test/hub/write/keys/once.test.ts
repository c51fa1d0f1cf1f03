import type { HubOptions } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { LabRest, LabTrace, LabWork } from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import type { LabSwitches } from "../../../../../test/fixtures/lab.js";
import { places, wrapStore } from "../../../../../test/fixtures/stores.js";
import { Gate, settles } from "../../gate.js";
import { broken, keyedHub, once, reused, sessionIds, three } from "./keyed.js";

describe.each(places)("a command under a key, on %s", (_, makePlace) => {
  const place = makePlace();
  const newSession = sessionIds();
  const hubOf = (work?: LabSwitches["work"], options?: Partial<HubOptions>) => keyedHub(place, work, options);

  test("that is submitted again has its effect once, and the same outcome", async () => {
    const { hub, runs } = hubOf(three);
    const id = newSession();
    expect(await hub.submit(id, LabWork, { task: "t" }, once)).toEqual({ ordinal: 3n });
    await hub.publish(id, LabTrace, {});
    expect(await hub.submit(id, LabWork, { task: "t" }, once)).toEqual({ ordinal: 3n });
    expect(runs()).toBe(1);
    expect(await hub.events(id)).toHaveLength(4);
  });

  test("that is submitted again after a restart has its effect once", async () => {
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
    expect(runs()).toBe(1);
    expect(await hub.events(id)).toHaveLength(1);
    // The keys of the server's own are others.
    expect(await hub.publish(id, LabTrace, {}, once)).toEqual({ ordinal: 2n });
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

  test("that published nothing is not done again either", async () => {
    const { hub, runs } = hubOf(() => {});
    const id = newSession();
    await hub.publish(id, LabTrace, {});
    expect(await hub.submit(id, LabWork, {}, once)).toEqual({ ordinal: 1n });
    await hub.publish(id, LabTrace, {});
    expect(await hub.submit(id, LabWork, {}, once)).toEqual({ ordinal: 1n });
    expect(runs()).toBe(1);
    expect(await hub.publish(id, LabTrace, {})).toEqual({ ordinal: 3n });
  });

  test("that began a session and published nothing is not done again, and leaves the session usable", async () => {
    const { hub, runs } = hubOf(() => {}, { sessionMetadata: () => ({ owner: "x" }) });
    const id = newSession();
    expect(await hub.submit(id, LabWork, {}, once)).toEqual({ ordinal: 0n });
    expect(await hub.submit(id, LabWork, {}, once)).toEqual({ ordinal: 0n });
    expect(runs()).toBe(1);
    expect(await hub.publish(id, LabTrace, {})).toEqual({ ordinal: 1n });
    expect(await hub.session(id)).toMatchObject({ metadata: { owner: "x" }, ordinal: 1n });
  });

  test("that failed before anything it published was durable is done again", async () => {
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

  test("that failed after it published has had its effect", async () => {
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
    const { hub } = hubOf(async ({ publish, background }) => {
      await publish(LabTrace, {});
      background("r", async () => {
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

  test("whose events are committed one after the other has them all", async () => {
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

  test("a run of a command that could not be recorded does not begin", async () => {
    let isBroken = true;
    const inner = place.open();
    const store = wrapStore(inner, {
      commit: (batches) => (isBroken ? Promise.reject(broken) : inner.commit(batches)),
    });
    const { hub } = hubOf(
      ({ publish, background }) => background("r", async () => void (await publish(LabTrace, {}))),
      { store },
    );
    const id = newSession();
    await expect(hub.submit(id, LabWork, {}, once)).rejects.toMatchObject({ code: "STORE_FAILED" });
    await hub.waitIdle(id);
    isBroken = false;
    await hub.submit(id, LabWork, {}, once);
    await hub.waitIdle(id);
    expect(await hub.events(id)).toHaveLength(1);
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
});
