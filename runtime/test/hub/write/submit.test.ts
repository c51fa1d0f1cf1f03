import { Hub, memoryStore, type SubmitOptions } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import {
  type LabNoteAppended,
  LabRest,
  LabTrace,
  LabWork,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../test/fixtures/lab.js";
import { wrapStore } from "../../../../test/fixtures/stores.js";
import { Gate, settles } from "../gate.js";
import { watched } from "../watched.js";

function hubOf(work: LabSwitches["work"], reports: unknown[] = []): Hub {
  return new Hub({ features: [labOf(work && { work })], onError: (report) => reports.push(report) });
}

/** Some microtasks, which are over long before the store has committed. */
async function handlerToReturn(): Promise<void> {
  for (let i = 0; i < 5; i++) await undefined;
}

const garbage = { text: 5 } as unknown as { text: string };

describe("submit", () => {
  test("resolves to the ordinal of the handler's last event", async () => {
    const hub = hubOf(async ({ publish }) => {
      await publish(LabTrace, {});
      publish(LabTrace, {});
    });
    expect(await hub.submit("s", LabWork, {})).toEqual({ ordinal: 2n });
    expect(await hub.submit("s", LabRest, {})).toEqual({ ordinal: 2n });
  });

  test("waits for what the handler published without waiting", async () => {
    const durable = new Gate();
    const inner = memoryStore();
    const store = wrapStore(inner, {
      commit: async (batches) => {
        await durable.opened;
        return inner.commit(batches);
      },
    });
    const hub = new Hub({ store, features: [labOf({ work: ({ publish }) => void publish(LabTrace, {}) })] });
    const submitted = hub.submit("s", LabWork, {});
    expect(await settles(submitted)).toBe(false);
    durable.open();
    expect(await submitted).toEqual({ ordinal: 1n });
  });

  test("rejects when an event was refused that the handler did not wait for", async () => {
    const reports: unknown[] = [];
    const hub = hubOf(({ publish }) => {
      publish(LabTrace, garbage);
      publish(LabTrace, { text: "fine" });
    }, reports);
    await expect(hub.submit("s", LabWork, {})).rejects.toMatchObject({ code: "INVALID_PAYLOAD" });
    expect((await hub.events("s")).map(({ name }) => name)).toEqual(["LabTrace"]);
  });

  test("rejects with the handler's error, and what it published before stays", async () => {
    const wrong = new Error("wrong");
    const hub = hubOf(async ({ publish }) => {
      await publish(LabTrace, {});
      throw wrong;
    });
    await expect(hub.submit("s", LabWork, {})).rejects.toBe(wrong);
    expect(await hub.session("s")).toMatchObject({ ordinal: 1n });
  });

  test("reports a refusal that nobody waits for any more", async () => {
    const reports: unknown[] = [];
    const hub = hubOf(({ publish }) => {
      publish(LabTrace, garbage);
      throw new Error("first");
    }, reports);
    await expect(hub.submit("s", LabWork, {})).rejects.toThrow("first");
    await expect.poll(() => reports).toMatchObject([{ step: "publish", sessionId: "s", name: "LabTrace" }]);
  });

  test("reports a run's refusal, also while submit still waits for the handler's events", async () => {
    const reports: unknown[] = [];
    const hub = hubOf(({ publish, background }) => {
      publish(LabTrace, {});
      background("loose", async () => {
        await handlerToReturn();
        publish(LabTrace, garbage);
      });
    }, reports);
    expect(await hub.submit("s", LabWork, {})).toEqual({ ordinal: 1n });
    await hub.waitIdle("s");
    await expect.poll(() => reports).toMatchObject([{ step: "publish", sessionId: "s", name: "LabTrace" }]);
  });

  test("does not count a run's events as its own", async () => {
    const hub = hubOf(({ publish, background }) => {
      publish(LabTrace, {});
      background("more", async () => {
        await handlerToReturn();
        publish(LabTrace, {});
      });
    });
    expect(await hub.submit("s", LabWork, {})).toEqual({ ordinal: 1n });
    await hub.waitIdle("s");
  });

  test("gives the handler the caller's signal, and does not begin where it is aborted already", async () => {
    const caller = new AbortController();
    let begun = 0;
    const hub = hubOf(async ({ signal }) => {
      begun++;
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    const options: SubmitOptions = { signal: caller.signal };
    const submitted = hub.submit("s", LabWork, {}, options);
    await hub.session("s");
    caller.abort(new Error("gave up"));
    await expect(submitted).rejects.toThrow("gave up");
    await expect(hub.submit("s", LabWork, {}, options)).rejects.toThrow("gave up");
    expect(begun).toBe(1);
  });

  test("encodes an event as it is when it is published", async () => {
    const payload = { text: "now" };
    const hub = hubOf(({ publish }) => {
      publish(LabTrace, payload);
      payload.text = "later";
    });
    await hub.submit("s", LabWork, {});
    expect((await hub.events("s"))[0]?.payload).toMatchObject({ text: "now" });
  });

  test("refuses commands that it does not know, that have no handler or a wrong payload", async () => {
    const { handle: _, ...silent } = labOf();
    const without = new Hub({ features: [silent] });
    await expect(without.submit("s", LabWork, {})).rejects.toMatchObject({ code: "NO_HANDLER" });
    const hub = hubOf(undefined);
    const wrong = { ...LabWork, name: "LabWrok" } as unknown as typeof LabWork;
    await expect(hub.submit("s", wrong, {})).rejects.toMatchObject({
      code: "UNKNOWN_NAME",
      message: 'unknown command "LabWrok"',
    });
    await expect(hub.submit("s", LabWork, { task: 1 } as unknown as { task: string })).rejects.toMatchObject({
      code: "INVALID_PAYLOAD",
      context: { sessionId: "s", name: "LabWork", field: "task" },
    });
    await expect(hub.publish("s", LabWork as unknown as typeof LabNoteAppended, {})).rejects.toMatchObject({
      code: "UNKNOWN_NAME",
    });
  });
});

const fail = () => {
  throw new Error("broken");
};
const tracing: LabSwitches["work"] = async ({ publish }) => void (await publish(LabTrace, {}));

describe("what a failure after the handler makes of submit", () => {
  test("a timeline projection that fails does not fail it, for the event is durable: the failure is on record", async () => {
    const { hub, fanned } = watched({ switches: { work: tracing, beforeTimeline: fail } });
    expect(await hub.submit("s", LabWork, {})).toEqual({ ordinal: 1n });
    expect(await hub.errors("s")).toMatchObject([{ step: "timeline-projection", ordinal: 1n }]);
    expect([fanned.length, await hub.session("s")]).toMatchObject([1, { ordinal: 1n, cursor: 0n }]);
  });

  test("where a projection fails it, the event is not stored, and the caller's retry does not double it", async () => {
    let isBroken = true;
    const beforeUi = () => isBroken && fail();
    const { hub } = watched({ switches: { work: tracing, beforeUi }, onProjectionError: { ui: "fail" } });
    await expect(hub.submit("s", LabWork, {})).rejects.toThrow("broken");
    isBroken = false;
    expect(await hub.submit("s", LabWork, {})).toEqual({ ordinal: 1n });
    expect(await hub.events("s")).toHaveLength(1);
  });

  test("a fan-out that fails does not fail it", async () => {
    const { hub } = watched({ switches: { work: tracing } });
    hub.subscribe(fail);
    expect(await hub.submit("s", LabWork, {})).toEqual({ ordinal: 1n });
  });
});
