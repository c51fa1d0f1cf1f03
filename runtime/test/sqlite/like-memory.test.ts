import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isSessionstreamError, memoryStore, type Store } from "@sessionstream/runtime";
import type { SessionBatch, StoredEntity, StoredEvent, StoredRun } from "@sessionstream/runtime/store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cases, longer } from "../../../test/fixtures/cases.js";
import { openers } from "./drivers.js";

/** What is asked of a store. Numbers choose among what there is by then. */
type Step =
  | { readonly do: "commit"; readonly batches: readonly BatchSpec[] }
  | { readonly do: "race"; readonly first: BatchSpec; readonly second: BatchSpec }
  | { readonly do: "claim"; readonly key: number; readonly process: number; readonly takesOver: boolean }
  | { readonly do: "settle"; readonly key: number; readonly isOwn: boolean; readonly outcome: number }
  | { readonly do: "beat" | "leave" | "releaseRuns"; readonly process: number }
  | { readonly do: "bury"; readonly process: number; readonly late: boolean }
  | { readonly do: "forgetRuns" | "forgetKeys"; readonly before: number }
  | { readonly do: "delete"; readonly session: number };

interface BatchSpec {
  readonly session: number;
  readonly revision: number;
  readonly epoch: number;
  readonly renews: boolean;
  readonly events: readonly number[];
  readonly linked: boolean;
  readonly cursor: number;
  readonly failed: boolean;
  readonly entities: readonly { readonly id: number; readonly dead: boolean; readonly position: number }[];
  readonly replaces: boolean;
  /** How far from the last event. None for the last. */
  readonly rewrites: number;
  readonly mends: number;
  readonly version: number;
  readonly keys: readonly { readonly key: number; readonly token: "none" | "own" | "other" }[];
  readonly runs: readonly RunSpec[];
}

interface RunSpec {
  readonly id: number;
  readonly isStart: boolean;
  readonly name: number;
  /** None for the last. */
  readonly owner: number;
  readonly at: number;
  /** Not for 0. */
  readonly ended: number;
}

const small = fc.nat({ max: 2 });
const mostly = (usual: number, odd: number) =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(odd) });
const run: fc.Arbitrary<RunSpec> = fc.record({
  id: fc.nat({ max: 3 }),
  isStart: fc.boolean(),
  name: fc.nat({ max: 1 }),
  owner: fc.nat({ max: 3 }),
  at: small,
  ended: mostly(0, 2),
});
const batch: fc.Arbitrary<BatchSpec> = fc.record({
  session: fc.nat({ max: 1 }),
  revision: mostly(0, -1),
  epoch: mostly(0, 1),
  renews: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  // How far each ordinal is from the one before.
  events: fc.array(mostly(1, 3), { maxLength: 3 }),
  linked: fc.oneof({ weight: 8, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  cursor: mostly(0, -2),
  failed: fc.boolean(),
  entities: fc.array(fc.record({ id: small, dead: fc.boolean(), position: small }), { maxLength: 2 }),
  replaces: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  rewrites: mostly(3, 1),
  mends: mostly(3, 1),
  version: fc.nat({ max: 2 }),
  // An event is published under one key at most.
  keys: fc.uniqueArray(fc.record({ key: small, token: fc.constantFrom("none", "own", "other") }), {
    maxLength: 1,
    selector: ({ key }) => key,
  }),
  runs: fc.array(run, { maxLength: 3 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("commit" as const),
      batches: fc.uniqueArray(batch, { minLength: 1, maxLength: 2, selector: ({ session }) => session }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("race" as const), first: batch, second: batch }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("claim" as const), key: small, process: small, takesOver: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("settle" as const), key: small, isOwn: fc.boolean(), outcome: small }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("beat" as const, "leave" as const, "releaseRuns" as const),
      process: small,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("bury" as const), process: small, late: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("forgetRuns" as const), before: fc.nat({ max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("forgetKeys" as const), before: fc.nat({ max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), session: fc.nat({ max: 1 }) }) },
);

/** A call of a store by one connection, or by two. */
type Call = (store: Store, other: Store) => Promise<unknown>;

/** Makes of a step the same call for both stores, from what the first one has. */
async function callOf(step: Step, known: Store, count: number): Promise<Call> {
  const nameOf = (key: number) => ({ sessionId: "s0", space: key === 2 ? "other" : "a", key: `k${key % 2}` });
  const ownerOf = async (key: number) => (await known.key(nameOf(key)))?.owner;
  switch (step.do) {
    case "commit": {
      const batches = await Promise.all(step.batches.map((spec) => batchOf(spec, known, `b${count}`, nameOf)));
      return async (store) => {
        const outcomes = await store.commit(batches);
        const has = await Promise.all(batches.map(({ sessionId, id }) => store.hasBatch(sessionId, id)));
        return [outcomes, has];
      };
    }
    case "race": {
      const first = await batchOf(step.first, known, `b${count}`, nameOf);
      const { session } = step.first;
      const second = await batchOf({ ...step.second, session }, known, `c${count}`, nameOf);
      return async (store, other) => [await store.commit([first]), await other.commit([second])];
    }
    case "claim": {
      const from = step.takesOver ? await ownerOf(step.key) : undefined;
      const claim = {
        ...nameOf(step.key),
        fingerprint: "f",
        process: `p${step.process}`,
        token: `t${count}`,
        time: count,
      };
      return (store) => store.claim([{ ...claim, descriptor: undefined, ...(from !== undefined && { from }) }]);
    }
    case "settle": {
      const token = (step.isOwn ? await ownerOf(step.key) : undefined)?.token ?? "none";
      const ordinals = { firstOrdinal: 1n, lastOrdinal: 2n };
      const rejected = { ...ordinals, rejection: { code: "NO", message: "no", detail: { type: "x", payload: bytes } } };
      return (store) => store.settle({ ...nameOf(step.key), token }, [undefined, ordinals, rejected][step.outcome]);
    }
    case "beat":
    case "leave":
    case "releaseRuns":
      return (store) => store[step.do](`p${step.process}`);
    case "bury": {
      const process = `p${step.process}`;
      const beat = (await known.runOwners()).find((each) => each.process === process)?.beat ?? 0;
      return (store) => store.bury({ process, beat: step.late ? beat + 1 : beat });
    }
    case "forgetRuns":
      return (store) => store.forgetRuns(step.before);
    case "forgetKeys":
      return (store) => store.forgetKeys(step.before);
    case "delete":
      return (store) => store.delete(`s${step.session}`);
  }
}

const bytes = new Uint8Array([0, 255, 1]);

async function batchOf(
  spec: BatchSpec,
  known: Store,
  id: string,
  nameOf: (key: number) => { readonly sessionId: string; readonly space: string; readonly key: string },
): Promise<SessionBatch> {
  const sessionId = `s${spec.session}`;
  const at = await known.session(sessionId);
  let last = at?.ordinal ?? 0n;
  const events = spec.events.map((gap): StoredEvent => {
    const ordinal = last + BigInt(gap);
    const previous = gap === 1 || !spec.linked ? {} : { previous: last };
    last = ordinal;
    const meta = gap === 3 ? { meta: { identity: "ünï", cause: 2n ** 60n } } : {};
    return { ordinal, ...previous, name: "Happened", version: 1, type: "x.H", payload: bytes, time: 1e12, ...meta };
  });
  // Keys come with events that were published under them.
  const keys = spec.session === 0 && spec.events.length > 0 ? spec.keys : [];
  return {
    id,
    sessionId,
    revision: (at?.revision ?? 0) + spec.revision,
    epoch: spec.epoch === 0 ? (at?.epoch ?? "first") : "wrong",
    ...(spec.renews && { newEpoch: id }),
    metadata: { id },
    events,
    cursor: last + BigInt(spec.cursor) < 0n ? 0n : last + BigInt(spec.cursor),
    failedAt: spec.failed ? last : undefined,
    entities: spec.entities.map(({ id, dead, position }, index) => ({
      kind: "Note",
      id: `n${id}`,
      createdOrdinal: last - BigInt(position),
      position,
      lastEventOrdinal: last - BigInt(index),
      type: "x.N",
      payload: dead ? undefined : bytes,
    })),
    replaceTimeline: spec.replaces,
    foldedUnder: spec.version === 0 ? undefined : { A: { version: spec.version, hash: "a" } },
    errors: spec.failed
      ? (["decode", "ui-projection"] as const).map((step) => ({
          ...{ step, ordinal: last - BigInt(spec.entities.length), name: "Happened", message: id, time: 1e12 },
        }))
      : [],
    ...(spec.mends < 3 && { mended: { after: last - BigInt(spec.mends + 2), to: last } }),
    ...(spec.rewrites < 3 && {
      rewritten: [{ ordinal: (at?.ordinal ?? 0n) - BigInt(spec.rewrites), payload: new Uint8Array([9]) }],
    }),
    keys: await Promise.all(
      keys.map(async ({ key, token }) => ({
        ...nameOf(key),
        fingerprint: "f",
        token: token === "none" ? undefined : token === "own" ? (await known.key(nameOf(key)))?.owner?.token : "other",
        firstOrdinal: last,
        lastOrdinal: last,
        time: key,
      })),
    ),
    // No id is started twice.
    runs: spec.runs.map((each, index) => ({
      isStart: each.isStart && spec.runs.findIndex((other) => other.id === each.id) === index,
      run: runOf(each, id),
    })),
    descriptors: [{ mark: "event", name: "Happened", version: 1, type: "x.H", hash: id, descriptor: bytes }],
  };
}

function runOf({ id, name, owner, at, ended }: RunSpec, batch: string): StoredRun {
  return {
    id: `r${id}`,
    name: `Run${name}`,
    type: "x.R",
    input: bytes,
    startedAt: 1e12,
    startedBy: { run: batch, cause: 2n ** 60n },
    at: at === 0 ? undefined : at,
    parent: name === 0 ? undefined : batch,
    attempt: at,
    failures: ended,
    owner: owner === 3 ? undefined : `p${owner}`,
    waitsFor: at === 1 ? { for: "time", until: at } : undefined,
    ended: ended === 0 ? undefined : { outcome: { status: "failed", message: batch }, time: ended },
  };
}

/** In an order of their own, as the store has none. */
function byId(entities: readonly StoredEntity[]): readonly StoredEntity[] {
  return [...entities].sort((a, b) => (`${a.kind} ${a.id}` < `${b.kind} ${b.id}` ? -1 : 1));
}

/** All that a store says. */
async function everything(store: Store): Promise<unknown> {
  const sessions = await store.sessions();
  const keys = ["a", "other"].flatMap((space) => ["k0", "k1"].map((key) => ({ sessionId: "s0", space, key })));
  return {
    sessions: await Promise.all(
      sessions.map(async (id) => [
        ...[id, await store.session(id), await store.load(id), byId((await store.tombstones(id, 1n)) ?? [])],
        ...[
          await store.events(id, { after: 1n, limit: 2 }),
          await store.events(id),
          await store.errors(id),
          await store.errors(id, { after: 1n, limit: 2 }),
        ],
        ...[
          await store.runs(id),
          await store.runs(id, { isOpen: true, after: "r1" }),
          await store.runs(id, { limit: 1 }),
        ],
        await store.run({ sessionId: id, id: "r0" }),
      ]),
    ),
    keys: await Promise.all(keys.map((name) => store.key(name))),
    descriptors: [...(await store.descriptors())].sort((a, b) => (a.hash < b.hash ? -1 : 1)),
    names: await store.eventNames(),
    owners: [...(await store.runOwners())].sort((a, b) => (a.process < b.process ? -1 : 1)),
    free: await store.freeRuns({ names: ["Run0"], now: 1, limit: 100 }),
    first: await store.freeRuns({ names: ["Run1", "Run0"], now: 2, limit: 1 }),
  };
}

/** As text: bytes are bytes whatever class they are of, and what is undefined is not there. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, each: unknown) => {
      if (typeof each === "bigint") return `${each}n`;
      if (each instanceof Uint8Array) return [...each];
      // What JSON.stringify makes of a Buffer before it is seen here.
      if ((each as { type?: unknown } | null)?.type === "Buffer") return (each as { data: unknown }).data;
      // Of several reasons for a refusal, each may name another one. That SQLite failed is none.
      if (each instanceof Error) return isSessionstreamError(each, "STORE_FAILED") ? each.message : "refused";
      return each;
    }) ?? "null",
  );
}

/** Each step with which of two connections takes it. */
const steps = fc.array(fc.tuple(step, fc.nat({ max: 1 })), { minLength: 1, maxLength: 25 });

/** After each step, what the connection that took it says, or the other one, is what memory says. */
async function compare(
  taken: readonly (readonly [Step, number])[],
  connections: readonly [Store, ...Store[]],
): Promise<void> {
  const memory = memoryStore();
  try {
    for (const [count, [each, which]] of taken.entries()) {
      const call = await callOf(each, memory, count);
      const [store = connections[0], other = store] = which === 0 ? connections : [...connections].reverse();
      const answers = [await call(memory, memory), await call(store, other)].map(plain);
      expect(answers[1]).toEqual(answers[0]);
      const reader = connections[count % connections.length] ?? connections[0];
      expect(plain(await everything(reader))).toEqual(plain(await everything(memory)));
    }
  } finally {
    for (const connection of connections) await connection.close();
  }
}

test.each(openers)(
  "after any calls, SQLite by %s says what memory says",
  async (_, sqliteStore) => {
    await fc.assert(
      fc.asyncProperty(steps, (taken) => compare(taken, [sqliteStore(":memory:")])),
      cases(50),
    );
  },
  longer(60_000),
);

test.each(openers)(
  "after any calls to two connections, each of SQLite by %s says what memory says",
  async (_, sqliteStore) => {
    const folder = await mkdtemp(join(tmpdir(), "sessionstream-"));
    let files = 0;
    await fc.assert(
      fc.asyncProperty(steps, (taken) => {
        const path = join(folder, `${files++}.db`);
        return compare(taken, [sqliteStore(path), sqliteStore(path)]);
      }),
      cases(20),
    );
    await rm(folder, { recursive: true });
  },
  longer(60_000),
);
