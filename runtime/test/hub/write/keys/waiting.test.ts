import { Hub, memoryStore } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { LabTrace, LabWork } from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../../test/fixtures/lab.js";
import { places, wrapStore } from "../../../../../test/fixtures/stores.js";
import { Gate, settles } from "../../gate.js";
import { broken, keyedHub, once, sessionIds, three } from "./keyed.js";

describe.each(places)("those who wait for a command under a key, on %s", (_, makePlace) => {
  const place = makePlace();
  const newSession = sessionIds();
  const hubOf = (work?: LabSwitches["work"]) => keyedHub(place, work);

  test("whoever submits it again while it is being done hears the same failure, and it is done once", async () => {
    const gate = new Gate();
    const { hub, runs } = hubOf(async ({ publish }) => {
      void publish(LabTrace, {});
      await gate.opened;
      throw broken;
    });
    const id = newSession();
    const submits = [1, 2, 3].map(() => hub.submit(id, LabWork, {}, once));
    const outcomes = Promise.allSettled(submits);
    expect(await settles(outcomes)).toBe(false);
    gate.open();
    expect(await outcomes).toEqual(submits.map(() => ({ status: "rejected", reason: broken })));
    expect(runs()).toBe(1);
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
});

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
