import { type ErrorReport, Hub, memoryStore, SessionstreamError } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteAppended,
  LabTrace,
} from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../../test/fixtures/lab.js";
import { newFile, wrapStore } from "../../../../../test/fixtures/stores.js";
import { Gate, settles } from "../../gate.js";

const silent = () => {};

describe("order", () => {
  test("more refused events than a batch holds leave the rest publishable", async () => {
    const switches: LabSwitches = {
      beforeUi({ payload }) {
        if ((payload as { text?: string }).text === "no") throw new Error("no");
      },
    };
    const hub = new Hub({ features: [labOf(switches)], onProjectionError: { ui: "fail" }, onError: silent });
    // All wait for the session to load, and are then ordered at once.
    const refused = Array.from({ length: 300 }, () => hub.publish("s", LabTrace, { text: "no" }));
    const taken = hub.publish("s", LabTrace, { text: "yes" });
    const outcomes = await Promise.allSettled(refused);
    expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
    expect(await settles(taken)).toBe(true);
    expect(await taken).toEqual({ ordinal: 1n });
  });

  test("more events than a batch holds are all published, in order", async () => {
    const hub = new Hub({ features: [labOf()] });
    const all = await Promise.all(
      Array.from({ length: 1000 }, (_, index) =>
        hub.publish("s", LabCounterAdded, { name: "c", amount: BigInt(index) }),
      ),
    );
    expect(all.map(({ ordinal }) => ordinal)).toEqual(all.map((_, index) => BigInt(index + 1)));
    expect((await hub.snapshot("s")).get(LabCounter, "c")).toMatchObject({ total: 499_500n, times: 1000 });
  });

  test("after a restart, ordinals go on from those that are stored", async () => {
    const file = newFile();
    for (let restart = 0n; restart < 3n; restart++) {
      const hub = new Hub({ features: [labOf()], store: sqliteStore(file) });
      expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 2n * restart + 1n });
      expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 2n * restart + 2n });
      await hub.close();
    }
  });

  test("a projection that publishes, against the rules, does not make two events of one ordinal", async () => {
    const store = memoryStore();
    let second: Promise<unknown> | undefined;
    const hub: Hub = new Hub({
      store,
      features: [
        labOf({
          beforeTimeline({ name }) {
            if (name === "LabCounterAdded") second = hub.publish("s", LabTrace, { text: "from a projection" });
          },
        }),
      ],
    });
    await hub.session("s");
    expect(await hub.publish("s", LabCounterAdded, { name: "c" })).toEqual({ ordinal: 1n });
    expect(await second).toEqual({ ordinal: 2n });
    expect((await store.events("s")).map(({ ordinal }) => ordinal)).toEqual([1n, 2n]);
  });
});

describe("after a commit that does not succeed", () => {
  /** A store whose first commit waits for the gate and then ends as it is told, with nothing written. */
  function gated(outcome: Error) {
    const goesOn = new Gate();
    const begun = new Gate();
    const inner = memoryStore();
    let isFirst = true;
    const store = wrapStore(inner, {
      commit: async (batches) => {
        if (!isFirst) return inner.commit(batches);
        isFirst = false;
        begun.open();
        await goesOn.opened;
        return batches.map(() => outcome);
      },
    });
    const hub = new Hub({ features: [labOf()], store, onError: silent });
    const texts = async () => (await hub.events("s")).map(({ payload }) => (payload as { text?: string }).text);
    return { hub, goesOn, begun, texts };
  }
  const conflict = new SessionstreamError("ORDINAL_CONFLICT", "another was faster");

  test("what came meanwhile is published, after what is ordered anew", async () => {
    const { hub, goesOn, begun, texts } = gated(conflict);
    const first = hub.publish("s", LabTrace, { text: "first" });
    await begun.opened;
    const second = hub.publish("s", LabTrace, { text: "second" });
    // While the lane is held, events do not even get an ordinal.
    const retried = hub.retry("s");
    const third = hub.publish("s", LabTrace, { text: "third" });
    goesOn.open();
    expect(await Promise.all([first, second, third])).toEqual([1n, 2n, 3n].map((ordinal) => ({ ordinal })));
    await retried;
    expect(await texts()).toEqual(["first", "second", "third"]);
  });

  test("the events of the batch are refused, and what came meanwhile is published", async () => {
    const { hub, goesOn, begun, texts } = gated(new Error("full"));
    const first = hub.publish("s", LabTrace, { text: "first" });
    await begun.opened;
    const second = hub.publish("s", LabTrace, { text: "second" });
    const retried = hub.retry("s");
    const third = hub.publish("s", LabTrace, { text: "third" });
    goesOn.open();
    await expect(first).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(await Promise.all([second, third])).toEqual([1n, 2n].map((ordinal) => ({ ordinal })));
    await retried;
    expect(await texts()).toEqual(["second", "third"]);
  });

  test("an event is not tried again for ever, and the next one as often as the first", async () => {
    let commits = 0;
    const store = wrapStore(memoryStore(), {
      commit: async (batches) => {
        commits++;
        return batches.map(() => conflict);
      },
    });
    const hub = new Hub({ features: [labOf()], store, onError: silent });
    await expect(hub.publish("s", LabTrace, {})).rejects.toBe(conflict);
    const first = commits;
    await expect(hub.publish("s", LabTrace, {})).rejects.toBe(conflict);
    expect([first > 10, commits - first]).toEqual([true, first]);
    await expect(hub.retry("s")).resolves.toMatchObject({ ordinal: 0n });
  });
});

describe("isolation", () => {
  test("an entity that a projection makes unfit after it was put is not stored, and nothing else is kept from it", async () => {
    const reports: ErrorReport[] = [];
    const hub = new Hub({
      features: [
        {
          ...labOf(),
          timeline({ payload }) {
            const text = (payload as { text?: string }).text ?? "";
            const change = LabNote.put({ number: 1, text });
            if (text.startsWith("bad")) (change.payload as { number: number }).number = 1.5;
            return [change];
          },
        },
      ],
      onError: (report) => reports.push(report),
    });
    await hub.session("s");
    // So much that the entity is to be stored with it.
    const bad = hub.publish("s", LabNoteAppended, { text: `bad${"x".repeat(20_000)}` });
    const elsewhere = hub.publish("other", LabNoteAppended, { text: "good" });
    expect(await settles(bad)).toBe(true);
    expect(await elsewhere).toEqual({ ordinal: 1n });
    expect(reports).toMatchObject([{ step: "commit", sessionId: "s" }]);
    expect(await hub.publish("s", LabNoteAppended, { text: "good" })).toEqual({ ordinal: 2n });
    expect((await hub.snapshot("s")).get(LabNote, 1)?.text).toBe("good");
  });
});
