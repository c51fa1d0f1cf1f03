import type { BatchRun } from "../../store/batch.js";
import type { RunRange, Store } from "../../store/store.js";
import type { RunOutcome, RunWait, StoredRun } from "../../store/stored-run.js";
import {
  batchOf,
  bytes,
  changeOf,
  commit,
  entityOf,
  errorAt,
  eventAt,
  everything,
  keyOf,
  plainRun,
  runOf,
  startOf,
} from "./batches.js";
import type { TestRunner } from "./runner.js";

/** What a store promises of the runs of a session. */
export function runConformance({ describe, expect, test }: TestRunner, store: () => Store): void {
  const plainRuns = async (range?: RunRange) => (await store().runs("s", range)).map(plainRun);
  const ids = async (range?: RunRange, sessionId = "s") => (await store().runs(sessionId, range)).map(({ id }) => id);
  const openIds = async () => (await store().load("s"))?.runs.map(({ id }) => id);
  const ended = (time = 1): Partial<StoredRun> => ({ ended: { outcome: { status: "completed" }, time } });

  /** Commits runs as they are given, and reads each back in every way that there is. */
  async function isKept(runs: readonly StoredRun[]): Promise<void> {
    await commit(store(), { runs: runs.map((run) => ({ isStart: true, run })) });
    const kept = runs.map(plainRun);
    expect(await plainRuns()).toEqual(kept);
    expect((await store().load("s"))?.runs.map(plainRun)).toEqual(
      runs.filter((run) => run.ended === undefined).map(plainRun),
    );
    for (const [index, { id }] of runs.entries()) {
      const found = await store().run({ sessionId: "s", id });
      expect(found?.input).toBeInstanceOf(Uint8Array);
      expect(found && plainRun(found)).toEqual(kept[index]);
    }
  }

  describe("a run", () => {
    test("is kept with all that is known of it", async () => {
      const trace = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: "a=b" };
      await isKept([
        runOf("least"),
        runOf("most", {
          name: "Ünïcode",
          type: "x.y.OtherRun",
          input: new Uint8Array([0, 255, 0]),
          startedAt: 8_640_000_000_000_000,
          startedBy: { identity: "ännä", command: "Do", key: "ff", run: "parent", cause: 2n ** 60n, trace },
          at: 8_640_000_000_000_000,
          parent: "least",
          attempt: 7,
          failures: 5,
          owner: "p",
        }),
        runOf("none", { input: new Uint8Array(), startedAt: 0, at: 0 }),
        runOf("large", { input: new Uint8Array(100_000).fill(7) }),
      ]);
    });

    test("is kept with what it waits for", async () => {
      const waits: RunWait[] = [
        { for: "entity", kind: "Note", id: "'ü\u0000🙂" },
        { for: "entity", kind: "Note", id: "n", until: 1_763_000_000_001 },
        { for: "run", id: "other" },
        { for: "run", id: "other", until: 0 },
        { for: "time", until: 8_640_000_000_000_000 },
      ];
      await isKept(waits.map((waitsFor, index) => runOf(`${index}`, { waitsFor })));
    });

    test("is kept with how it ended, and then is none of those that a timeline comes with", async () => {
      const outcomes: RunOutcome[] = [
        { status: "completed" },
        { status: "failed", message: "ünïcode 🙂\n" },
        { status: "failed", message: "", code: "NO_MODEL" },
        { status: "cancelled" },
        { status: "cancelled", reason: "no longer wanted" },
      ];
      const runs = outcomes.map((outcome, time) => runOf(`${time}`, { owner: "p", ended: { outcome, time } }));
      await isKept([...runs, runOf("open")]);
    });

    test("has an id of its own in its session, compared exactly", async () => {
      const all = ["a", "A", "a ", "a\u0000", "a\u0000b", "ä", "a\u0308", "🙂", "'", "%", "x".repeat(2000)];
      await commit(store(), { runs: all.map((id) => startOf(id)) });
      await commit(store(), { sessionId: "t", runs: [startOf("a", { name: "OfT" })] });
      expect(await ids()).toEqual(all);
      expect((await store().run({ sessionId: "s", id: "a" }))?.name).toBe("Work");
      expect((await store().run({ sessionId: "t", id: "a" }))?.name).toBe("OfT");
      expect(await store().run({ sessionId: "t", id: "A" })).toBeUndefined();
    });
  });

  describe("a batch with runs", () => {
    test("moves the revision, with or without events, and not the ordinal", async () => {
      const alone = batchOf({ runs: [startOf("a")] });
      expect(await store().commit([alone])).toEqual([undefined]);
      expect(await store().hasBatch("s", alone.id)).toBe(true);
      expect(await store().session("s")).toMatchObject({ revision: 1, ordinal: 0n, cursor: 0n });
      await commit(store(), { revision: 1, events: [eventAt(1n)], runs: [changeOf("a", { attempt: 1 })] });
      await commit(store(), { revision: 2, runs: [changeOf("a", { attempt: 2 })] });
      expect(await store().session("s")).toMatchObject({ revision: 3, ordinal: 1n });
      expect((await store().events("s")).length).toBe(1);
    });

    test("that starts a run again, ended or not, is refused whole", async () => {
      await commit(store(), { runs: [startOf("a", { attempt: 3 }), startOf("b", ended())] });
      const before = await plainRuns();
      const again = { name: "Other", input: bytes("other"), owner: "p" };
      for (const run of ["a", "b"]) {
        const batch = batchOf({ revision: 1, events: [eventAt(1n)], runs: [startOf("c"), startOf(run, again)] });
        const other = batchOf({ sessionId: `beside ${run}` });
        expect(await store().commit([batch, other])).toEqual([
          expect.objectContaining({ code: "RUN_EXISTS", context: { sessionId: "s", run } }),
          undefined,
        ]);
      }
      expect(await plainRuns()).toEqual(before);
      expect(await store().session("s")).toMatchObject({ revision: 1, ordinal: 0n });
    });

    test("puts a run in place of what it was, whole but for who started it", async () => {
      const first = {
        name: "First",
        startedBy: { identity: "ann" },
        at: 5,
        parent: "p",
        attempt: 1,
        failures: 1,
        owner: "p",
        waitsFor: { for: "time", until: 9 },
      } as const;
      await commit(store(), { runs: [startOf("a", first)] });
      await commit(store(), { revision: 1, runs: [changeOf("a", { type: "x.Other", input: bytes("new") })] });
      const { startedBy } = first;
      const changed = runOf("a", { type: "x.Other", input: bytes("new"), startedBy });
      expect(await plainRuns()).toEqual([plainRun(changed)]);
      await commit(store(), {
        revision: 2,
        runs: [changeOf("a", { ...first, startedBy: { identity: "bob" }, ...ended(7) })],
      });
      expect(await plainRuns()).toEqual([plainRun(runOf("a", { ...first, ...ended(7) }))]);
    });

    test("writes them in its order, also one run several times", async () => {
      const steps: BatchRun[] = [
        startOf("a"),
        startOf("b"),
        changeOf("a", { attempt: 1, owner: "p" }),
        changeOf("b", ended(2)),
        changeOf("a", { attempt: 2 }),
      ];
      await commit(store(), { runs: steps });
      expect(await plainRuns()).toEqual([plainRun(runOf("a", { attempt: 2 })), plainRun(runOf("b", ended(2)))]);
    });

    test("that is refused changes no run, and the others of the call do", async () => {
      await commit(store(), { events: [eventAt(1n)], keys: [keyOf("k")], runs: [startOf("a"), startOf("b")] });
      const before = await everything(store());
      const runs = [changeOf("a", { attempt: 9, owner: "p" }), changeOf("b", ended()), startOf("c")];
      const news = { events: [eventAt(2n)], cursor: 2n, entities: [entityOf("a")], errors: [errorAt(2n)], runs };
      const refusals = [
        batchOf({ ...news, revision: 0 }),
        batchOf({ runs, revision: 2 }),
        batchOf({ runs, revision: 1, epoch: "wrong" }),
        batchOf({ ...news, revision: 1, keys: [keyOf("k", { firstOrdinal: 2n, lastOrdinal: 2n })] }),
      ];
      for (const [index, refused] of refusals.entries()) {
        const other = batchOf({ sessionId: "t", revision: index, runs: [startOf(`${index}`)] });
        expect(await store().commit([refused, other])).toEqual([expect.any(Error), undefined]);
      }
      expect(await everything(store())).toEqual(before);
      expect(await ids({}, "t")).toEqual(["0", "1", "2", "3"]);
      expect(await store().runOwners()).toEqual([]);
    });

    test("that replaces the timeline leaves the runs alone", async () => {
      await commit(store(), { entities: [entityOf("x")], runs: [startOf("a"), startOf("b", ended())] });
      await commit(store(), { revision: 1, newEpoch: "second", replaceTimeline: true });
      expect(await ids()).toEqual(["a", "b"]);
    });
  });

  describe("runs are read", () => {
    test("in the order in which they were started, whatever became of them", async () => {
      await commit(store(), { runs: [startOf("z"), startOf("m")] });
      await commit(store(), { sessionId: "t", runs: [startOf("of t")] });
      await commit(store(), { revision: 1, runs: [startOf("a"), changeOf("z", { owner: "p" }), startOf("10")] });
      await commit(store(), { revision: 2, runs: [changeOf("m", ended()), startOf("9")] });
      expect(await ids()).toEqual(["z", "m", "a", "10", "9"]);
      expect(await ids({}, "t")).toEqual(["of t"]);
      expect(await openIds()).toEqual(["z", "a", "10", "9"]);
      await commit(store(), { revision: 3, runs: [changeOf("z", { attempt: 1 })] });
      expect(await openIds()).toEqual(["z", "a", "10", "9"]);
    });

    test("in pages, after a run, and only those that are open", async () => {
      const all = Array.from({ length: 1500 }, (_, index) => `${1500 - index}`);
      const isOpen = (id: string) => Number(id) % 3 !== 0;
      await commit(store(), { runs: all.map((id) => startOf(id, isOpen(id) ? {} : ended())) });
      expect(await ids()).toEqual(all.slice(0, 1000));
      expect(await ids({ after: "501" })).toEqual(all.slice(1000));
      expect(await ids({ after: "1500", limit: 2 })).toEqual(["1499", "1498"]);
      expect(await ids({ limit: 2000 })).toEqual(all);
      expect(await ids({ limit: 0 })).toEqual([]);
      expect(await ids({ after: "1" })).toEqual([]);
      const open = all.filter(isOpen);
      expect(await ids({ isOpen: true })).toEqual(open);
      expect(await ids({ isOpen: false, limit: 2 })).toEqual(["1500", "1499"]);
      expect(await ids({ isOpen: true, limit: 3 })).toEqual(open.slice(0, 3));
      expect(await ids({ isOpen: true, after: "1499", limit: 2 })).toEqual(["1498", "1496"]);
      // Also after one that has ended.
      expect(await ids({ isOpen: true, after: "1500", limit: 3 })).toEqual(["1499", "1498", "1496"]);
      expect(await ids({ after: "unknown" })).toEqual([]);
      expect(await ids({ after: "1" }, "t")).toEqual([]);
      expect(await openIds()).toEqual(open);
    });

    test("and do not change then with later commits", async () => {
      await commit(store(), { runs: [startOf("a")] });
      const read = [await store().run({ sessionId: "s", id: "a" }), ...(await store().runs("s"))];
      const loaded = await store().load("s");
      await commit(store(), { revision: 1, runs: [changeOf("a", { attempt: 1 }), startOf("b")] });
      await store().releaseRuns("p");
      expect([...read, ...(loaded?.runs ?? [])].map((run) => run?.attempt)).toEqual([0, 0, 0]);
    });

    test("with the timeline at one instant, while others commit", async () => {
      await commit(store(), { runs: [startOf("a")] });
      const reads: Promise<unknown>[] = [];
      for (let revision = 1; revision < 20; revision++) {
        const runs = [
          changeOf("a", { attempt: revision }),
          changeOf(`${revision - 1}`, ended()),
          startOf(`${revision}`),
        ];
        const committed = commit(store(), { revision, runs });
        reads.push(
          store()
            .load("s")
            .then((read) => {
              const attempt = (read?.revision ?? 0) - 1;
              expect(read?.runs.map(({ id, attempt }) => [id, attempt])).toEqual([
                ["a", attempt],
                ...(attempt === 0 ? [] : [[`${attempt}`, 0]]),
              ]);
            }),
        );
        await committed;
      }
      await Promise.all(reads);
    });
  });
}
