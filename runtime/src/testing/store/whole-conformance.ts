import type { SessionPart } from "../../store/session-part.js";
import type { Store } from "../../store/store.js";
import {
  batchOf,
  changeOf,
  claimOf,
  commit,
  descriptorOf,
  entityOf,
  errorAt,
  eventAt,
  everything,
  keyOf,
  nameOf,
  plain,
  plainRun,
  startOf,
} from "./batches.js";
import type { TestRunner } from "./runner.js";

/** What a store promises of sessions that are read and written whole. */
export function wholeConformance({ describe, expect, test }: TestRunner, store: () => Store): void {
  const rejection = { code: "NO", message: "no", detail: { type: "x.Detail", payload: new Uint8Array([0, 255]) } };

  /** A session with something of everything. */
  async function begin(sessionId = "s"): Promise<void> {
    const meta = { identity: "i", command: "Say", key: "h", run: "r", cause: 2n ** 60n, trace: { traceparent: "t" } };
    await store().claim(
      [claimOf("going", "t1"), claimOf("busy", "t2"), claimOf("no", "t3")].map((each) => ({ ...each, sessionId })),
    );
    await commit(store(), {
      sessionId,
      metadata: { owner: "x", deep: { list: [1, null] } },
      events: [eventAt(1n, { meta }), eventAt(4n, { previous: 1n, version: 2 })],
      cursor: 1n,
      failedAt: 4n,
      entities: [entityOf("a")],
      errors: [errorAt(4n), errorAt(4n, { step: "ui-projection" })],
      keys: [keyOf("k"), keyOf("busy", { token: "t2", firstOrdinal: 4n, lastOrdinal: 4n })],
      runs: [startOf("z", { owner: "p", attempt: 1 }), startOf("a", { startedBy: meta, at: 5, parent: "z" })],
    });
    const ended = { outcome: { status: "failed", message: "m", code: "C" }, time: 7 } as const;
    await commit(store(), { sessionId, revision: 1, cursor: 1n, failedAt: 4n, runs: [changeOf("a", { ended })] });
    await store().settle(
      { ...nameOf("no", { sessionId }), token: "t3" },
      { firstOrdinal: 0n, lastOrdinal: 0n, rejection },
    );
  }

  async function read(sessionId: string): Promise<SessionPart[]> {
    const parts: SessionPart[] = [];
    for await (const part of store().read(sessionId)) parts.push(part);
    return parts;
  }

  /** All that was read, with bytes as text and in one list of each kind. */
  async function whole(sessionId = "s"): Promise<unknown> {
    const parts = await read(sessionId);
    const all = {
      session: parts.flatMap((part) => (part.is === "session" ? [part.session] : [])),
      events: parts.flatMap((part) => (part.is === "events" ? part.events.map(plain) : [])),
      errors: parts.flatMap((part) => (part.is === "errors" ? part.errors : [])),
      keys: parts
        .flatMap((part) => (part.is === "keys" ? part.keys.map(plainKey) : []))
        .sort((a, b) => (a < b ? -1 : 1)),
      runs: parts.flatMap((part) =>
        part.is === "runs" ? part.runs.map((run) => plainRun({ ...run, owner: undefined })) : [],
      ),
    };
    const { metadata, ordinal, failedAt } = all.session[0] ?? {};
    return { ...all, session: { metadata, ordinal, failedAt } };
  }

  async function* given(parts: readonly SessionPart[]): AsyncGenerator<SessionPart> {
    yield* parts;
  }

  /** Parts as they are written: with an epoch of their own. */
  function withEpoch(parts: readonly SessionPart[], epoch = "other"): SessionPart[] {
    return parts.map((part) => (part.is === "session" ? { ...part, session: { ...part.session, epoch } } : part));
  }

  describe("a session that is read whole", () => {
    test("is as it was committed, without keys of work that has done nothing", async () => {
      await begin();
      const parts = await read("s");
      expect(parts[0]).toMatchObject({ is: "session", session: { ordinal: 4n, failedAt: 4n, epoch: "first" } });
      expect(await whole()).toMatchObject({
        session: { metadata: { owner: "x", deep: { list: [1, null] } } },
        events: (await store().events("s")).map(plain),
        errors: await store().errors("s"),
        runs: (await store().runs("s")).map((run) => plainRun({ ...run, owner: undefined })),
      });
      const keys = parts.flatMap((part) => (part.is === "keys" ? part.keys : []));
      expect(keys.map(({ key }) => key).sort()).toEqual(["busy", "k", "no"]);
      expect(keys.find(({ key }) => key === "busy")?.outcome).toEqual({ firstOrdinal: 4n, lastOrdinal: 4n });
    });

    test("is nothing if there is none", async () => {
      expect(await read("s")).toEqual([]);
    });

    test("is of one instant, in parts, whatever is committed meanwhile, and can be left", async () => {
      const events = Array.from({ length: 1200 }, (_, index) => eventAt(BigInt(index + 1)));
      await commit(store(), { events, runs: [startOf("a")] });
      const parts: SessionPart[] = [];
      let revision = 1;
      for await (const part of store().read("s")) {
        parts.push(part);
        await commit(store(), {
          revision,
          events: [eventAt(1200n + BigInt(revision))],
          runs: [startOf(`r${revision}`)],
        });
        revision++;
      }
      const read = parts.flatMap((part) => (part.is === "events" ? part.events : []));
      expect(read).toHaveLength(1200);
      expect(parts.length).toBeGreaterThan(3);
      expect(parts.flatMap((part) => (part.is === "runs" ? part.runs.map(({ id }) => id) : []))).toEqual(["a"]);
      for await (const _ of store().read("s")) break;
      await commit(store(), { revision });
    });
  });

  describe("a session that is written whole", () => {
    test("is read as it was given, in its first revision, without entities", async () => {
      await begin();
      const before = await whole("s");
      await store().write("t", given(withEpoch(await read("s"))), { replace: false });
      expect(await whole("t")).toEqual(before);
      expect(await store().session("t")).toMatchObject({ revision: 1, ordinal: 4n, cursor: 0n, epoch: "other" });
      expect((await store().load("t"))?.entities).toEqual([]);
      expect(await store().sessions()).toEqual(["s", "t"]);
      expect(await store().key(nameOf("no", { sessionId: "t" }))).toMatchObject({
        outcome: { rejection: { code: "NO" } },
      });
      await commit(store(), { sessionId: "t", revision: 1, epoch: "other", events: [eventAt(5n)], cursor: 0n });
      expect(await store().events("t", { after: 4n })).toHaveLength(1);
    });

    test("has free runs", async () => {
      await begin();
      await store().write("t", given(withEpoch(await read("s"))), { replace: false });
      await store().beat("p");
      const free = await store().freeRuns({ names: ["Work"], now: 10, limit: 10 });
      expect(free).toEqual([{ sessionId: "t", id: "z", owner: undefined, attempt: 1 }]);
    });

    test("is not found before it is whole", async () => {
      await begin();
      const parts = withEpoch(await read("s"));
      const seen: unknown[] = [];
      async function* looking(): AsyncGenerator<SessionPart> {
        for (const part of parts) {
          yield part;
          seen.push(await everything(store(), "t"), await store().sessions());
          seen.push(await store().freeRuns({ names: ["Work"], now: 10, limit: 10 }));
        }
      }
      await store().leave("p");
      const free = await store().freeRuns({ names: ["Work"], now: 10, limit: 10 });
      await store().write("t", looking(), { replace: false });
      const nothing = [{ session: undefined, events: [], errors: [], runs: [] }, ["s"], free];
      expect(seen).toEqual(parts.flatMap(() => nothing));
      expect(await store().sessions()).toEqual(["s", "t"]);
    });

    test("leaves nothing where its parts fail", async () => {
      await begin();
      const parts = withEpoch(await read("s"));
      async function* failing(): AsyncGenerator<SessionPart> {
        yield* parts;
        throw new Error("cut off");
      }
      await expect(store().write("t", failing(), { replace: false })).rejects.toThrow("cut off");
      await expect(store().write("t", given(parts.slice(1)), { replace: false })).rejects.toMatchObject({
        code: "INVALID_EXPORT",
      });
      expect(await everything(store(), "t")).toEqual({ session: undefined, events: [], errors: [], runs: [] });
      expect(await store().sessions()).toEqual(["s"]);
      await store().write("t", given(parts), { replace: false });
      expect(await store().sessions()).toEqual(["s", "t"]);
    });

    test("does not take the place of another one, unless it is to", async () => {
      await begin("s");
      await begin("t");
      await commit(store(), {
        sessionId: "t",
        revision: 2,
        cursor: 1n,
        failedAt: 4n,
        keys: [keyOf("more")],
        entities: [],
      });
      const parts = withEpoch(await read("s"));
      const before = await everything(store(), "t");
      await expect(store().write("t", given(parts), { replace: false })).rejects.toMatchObject({
        code: "SESSION_EXISTS",
        context: { sessionId: "t" },
      });
      expect(await everything(store(), "t")).toEqual(before);
      await store().write("t", given(parts), { replace: true });
      expect(await whole("t")).toEqual(await whole("s"));
      expect(await store().session("t")).toMatchObject({ revision: 1, epoch: "other" });
      expect(await store().key(nameOf("more", { sessionId: "t" }))).toBeUndefined();
      expect(await store().commit([batchOf({ sessionId: "t", revision: 3 })])).toEqual([
        expect.objectContaining({ code: "ORDINAL_CONFLICT" }),
      ]);
      async function* late(): AsyncGenerator<SessionPart> {
        yield* parts;
        await commit(store(), { sessionId: "u" });
      }
      await expect(store().write("u", late(), { replace: false })).rejects.toMatchObject({ code: "SESSION_EXISTS" });
    });

    test("leaves keys to those who claimed them before", async () => {
      await begin();
      const parts = withEpoch(await read("s"));
      await store().claim([claimOf("k", "mine", { sessionId: "t" })]);
      await store().write("t", given(parts), { replace: false });
      expect(await store().key(nameOf("k", { sessionId: "t" }))).toMatchObject({ owner: { token: "mine" } });
      expect(await store().key(nameOf("no", { sessionId: "t" }))).toBeDefined();
    });

    test("can have thousands of events, and others write meanwhile", async () => {
      const session = { metadata: {}, ordinal: 3000n, epoch: "e", failedAt: undefined };
      async function* many(): AsyncGenerator<SessionPart> {
        yield { is: "session", session };
        for (let from = 0; from < 3000; from += 500) {
          await commit(store(), { sessionId: `other${from}`, events: [eventAt(1n)] });
          yield { is: "events", events: Array.from({ length: 500 }, (_, at) => eventAt(BigInt(from + at + 1))) };
        }
      }
      await store().write("s", many(), { replace: false });
      expect(await store().session("s")).toMatchObject({ ordinal: 3000n });
      expect((await store().events("s", { limit: 5000 })).map(({ ordinal }) => ordinal)).toEqual(
        Array.from({ length: 3000 }, (_, index) => BigInt(index + 1)),
      );
      expect(await store().sessions()).toHaveLength(7);
    });
  });

  test("schemas that are described are there", async () => {
    await store().describe([descriptorOf("Happened"), descriptorOf("Happened", { version: 2 })]);
    await store().describe([descriptorOf("Happened")]);
    expect(await store().descriptors()).toHaveLength(2);
    expect(await store().eventNames()).toEqual(["Happened"]);
  });
}

function plainKey(key: unknown): string {
  return JSON.stringify(key, (_, each: unknown) => {
    if (typeof each === "bigint") return `${each}n`;
    if (each instanceof Uint8Array) return [...each];
    if ((each as { type?: unknown } | null)?.type === "Buffer") return (each as { data: unknown }).data;
    return each;
  });
}
