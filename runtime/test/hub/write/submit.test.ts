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
    const hub = hubOf(({ publish, run }) => {
      publish(LabTrace, {});
      run("loose", async () => {
        await handlerToReturn();
        publish(LabTrace, garbage);
      });
    }, reports);
    expect(await hub.submit("s", LabWork, {})).toEqual({ ordinal: 1n });
    await hub.waitIdle("s");
    await expect.poll(() => reports).toMatchObject([{ step: "publish", sessionId: "s", name: "LabTrace" }]);
  });

  test("does not count a run's events as its own", async () => {
    const hub = hubOf(({ publish, run }) => {
      publish(LabTrace, {});
      run("more", async () => {
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

  test.each([[""], ["\ud800"], ["x".repeat(513)], [undefined], [7]])("refuses the session id %j", async (id) => {
    const hub = hubOf(undefined);
    const refused = expect.objectContaining({ code: "INVALID_SESSION" });
    await expect(hub.submit(id as string, LabWork, {})).rejects.toEqual(refused);
    await expect(hub.publish(id as string, LabTrace, {})).rejects.toEqual(refused);
    await expect(hub.snapshot(id as string)).rejects.toEqual(refused);
    await expect(hub.events(id as string)).rejects.toEqual(refused);
    await expect(hub.errors(id as string)).rejects.toEqual(refused);
  });
});

describe("runs", () => {
  test("a run id that is going on is refused, and free again when it ended", async () => {
    const goesOn = new Gate();
    const hub = hubOf(({ run }) => run("one", () => goesOn.opened));
    await hub.submit("s", LabWork, {});
    await expect(hub.submit("s", LabWork, {})).rejects.toMatchObject({ code: "RUN_EXISTS" });
    expect((await hub.session("s")).runs).toEqual(["one"]);
    goesOn.open();
    await hub.waitIdle("s");
    await hub.submit("s", LabWork, {});
  });

  test("an error of a run is reported, an abort that it followed is not", async () => {
    const reports: unknown[] = [];
    const hub = hubOf(({ run, payload, session }) => {
      if (payload.task === "stop") return void session.abortRuns();
      run("bad", async () => {
        throw new Error("bad");
      });
      run(
        "good",
        (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      );
    }, reports);
    await hub.submit("s", LabWork, {});
    await hub.submit("s", LabWork, { task: "stop" });
    await hub.waitIdle("s");
    expect(reports).toMatchObject([{ step: "run", sessionId: "s", name: "bad", error: { message: "bad" } }]);
  });

  test("waitIdle resolves at once for a session that nobody used", async () => {
    expect(await settles(hubOf(undefined).waitIdle("nobody"))).toBe(true);
  });
});
