import { create, toBinary } from "@bufbuild/protobuf";
import { sizeDelimitedDecodeStream, sizeDelimitedEncode } from "@bufbuild/protobuf/wire";
import { type ExportRecord, ExportRecordSchema } from "@sessionstream/proto/sessionstream/v1/export_pb.js";
import { type Feature, Hub, type HubOptions, memoryStore, type Store, type UiBatch } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { exportSessions, importSessions, type TransferProgress } from "@sessionstream/runtime/transfer";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteSet,
  LabSweep,
  LabTrace,
} from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../test/fixtures/lab.js";
import { newFile, readAll } from "../../../test/fixtures/stores.js";
import { until } from "../../../test/fixtures/until.js";
import { Checksum } from "../../src/transfer/checksum.js";

const kinds: readonly (readonly [name: string, open: () => Store])[] = [
  ["memory", memoryStore],
  ["SQLite", () => sqliteStore(newFile(), { synchronous: "normal" })],
];

function hubOf(store: Store, switches: LabSwitches = {}, more: Partial<HubOptions> = {}): Hub {
  const hub = new Hub({ features: [labOf(switches)], store, onError: () => {}, ...more });
  onTestFinished(() => hub.close());
  return hub;
}

async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* chunksOf(bytes: Uint8Array, size = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A hub with two sessions: events under a key, from an identity, a run, a failure on record. */
async function filled(store: Store): Promise<Hub> {
  const hub = hubOf(store, {
    beforeTimeline: ({ payload }) => {
      if ((payload as { text?: string }).text === "broken") throw new Error("broken");
    },
  });
  for (const id of ["a/1", "a/2", "b"]) {
    await hub.publish(id, LabCounterAdded, { name: "c", amount: 2n }, { key: "k" });
    await hub.publish(id, [LabNoteSet.of({ number: 1, text: id }), LabTrace.of({ text: "t" })]);
    await hub.publish(id, LabNoteSet, { number: 2, text: "broken" });
    await hub.start(id, LabSweep, {}, { id: "r" });
  }
  return hub;
}

describe.each(kinds)("sessions exported from %s", (_, openFrom) => {
  describe.each(kinds)("and imported into %s", (_, openTo) => {
    test("are what they were, whatever becomes of the bytes that they came in", async () => {
      const hub = await filled(openFrom());
      const bytes = await bytesOf(hub.export());
      const to = openTo();
      const chunk = Buffer.alloc(bytes.length);
      await hubOf(to).import(
        (async function* () {
          // A source may use its buffers again.
          chunk.set(bytes);
          yield chunk;
          chunk.fill(0);
        })(),
      );
      const events = await readAll(to, "a/1");
      const [want, runs] = [await hub.events("a/1"), await to.runs("a/1")];
      expect(events.length).toBeGreaterThan(2);
      expect((await hubOf(to).events("a/1")).map(({ payload }) => payload)).toEqual(want.map(({ payload }) => payload));
      for (const each of [...events.map(({ payload }) => payload), ...runs.map(({ input }) => input)]) {
        expect(Object.getPrototypeOf(each)).toBe(Uint8Array.prototype);
      }
    });

    test("are what they were", async () => {
      const from = openFrom();
      const hub = await filled(from);
      const to = openTo();
      const other = hubOf(to);
      const told: string[] = [];
      const progress: TransferProgress[] = [];
      const imported = await other.import(hub.export(), {
        onSession: (id) => told.push(id),
        onProgress: (each) => progress.push(each),
      });
      expect(imported).toEqual({ sessions: 3, events: 12 });
      expect(told).toEqual(["a/1", "a/2", "b"]);
      expect(progress.at(-1)).toEqual({ sessionId: "b", sessions: 3, events: 12 });
      for (const id of told) {
        expect(plain(await readAll(to, id))).toEqual(plain(await readAll(from, id)));
        const [before, after] = [await hub.snapshot(id), await other.snapshot(id)];
        expect(after).toMatchObject({ ordinal: 3n, entities: before.entities });
        expect(await other.errors(id)).toEqual(await hub.errors(id));
        expect(await other.runs(id)).toEqual(await hub.runs(id));
        // The same delivery is not taken twice.
        expect(await other.publish(id, LabCounterAdded, { name: "c", amount: 2n }, { key: "k" })).toEqual({
          ordinal: 1n,
        });
        expect(await other.publish(id, LabTrace, {})).toEqual({ ordinal: 5n });
      }
      expect((await to.descriptors()).map(({ name }) => name).sort()).toEqual([
        "LabCounterAdded",
        "LabNoteSet",
        "LabSweep",
        "LabTrace",
      ]);
    });
  });
});

describe.each(kinds)("an export from %s", (_, open) => {
  test("describes what was first used while it was made", async () => {
    const store = open();
    const hub = hubOf(store);
    for (const id of ["a", "b"]) await hub.publish(id, LabNoteSet, { number: 1 });
    const chunks: Uint8Array[] = [];
    let isUsed = false;
    for await (const chunk of hub.export()) {
      chunks.push(chunk);
      // Once the first session has begun.
      if (isUsed || !Buffer.concat(chunks).includes("LabNoteSet")) continue;
      isUsed = true;
      await hub.publish("b", LabTrace, { text: "t" });
      await hub.start("b", LabSweep, {}, { id: "r" });
    }
    const to = memoryStore();
    expect(await importSessions(to, chunksOf(Buffer.concat(chunks)))).toEqual({ sessions: 2, events: 3 });
    expect((await to.descriptors()).map(({ name }) => name).sort()).toEqual(["LabNoteSet", "LabSweep", "LabTrace"]);
  });
});

function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, each: unknown) => {
      if (typeof each === "bigint") return `${each}n`;
      return each instanceof Uint8Array ? [...each] : ((each as { data?: unknown } | null)?.data ?? each);
    }),
  );
}

test("all, those that are named, or those with a prefix are exported", async () => {
  const hub = await filled(memoryStore());
  const into = async (options: Parameters<Hub["export"]>[0]) => {
    const other = hubOf(memoryStore());
    await other.import(hub.export(options));
    return other.sessions();
  };
  expect(await into(undefined)).toEqual(["a/1", "a/2", "b"]);
  expect(await into({ prefix: "a/" })).toEqual(["a/1", "a/2"]);
  expect(await into({ sessions: ["b", "b", "none"] })).toEqual(["b"]);
  expect(() => hub.export({ sessions: ["b"], prefix: "a" })).toThrow(/export option prefix: got "a", want no prefix/);
  expect(() => hub.export({ sessions: "b" as never })).toThrow(/want a list of session ids/);
});

test("runs go on where they are imported", async () => {
  const hub = await filled(memoryStore());
  const attempts: number[] = [];
  const other = hubOf(sqliteStore(newFile()), {
    runs: { sweep: { run: ({ attempt }) => void attempts.push(attempt) } },
  });
  await other.import(hub.export({ sessions: ["b"] }));
  await other.retry("b");
  await expect.poll(async () => (await other.runs("b"))[0]?.outcome?.status).toBe("completed");
  expect(attempts).toEqual([1]);
});

test("a session that is there is not touched, unless it is to be replaced; then its clients start over", async () => {
  const hub = await filled(memoryStore());
  const other = hubOf(sqliteStore(newFile()));
  await other.publish("a/2", LabCounterAdded, { name: "c", amount: 7n });
  const before = await other.hydrate("a/2");
  const heard: UiBatch[] = [];
  const unfollow = other.follow("a/2", (batch) => heard.push(batch));
  await expect(other.import(hub.export())).rejects.toMatchObject({
    code: "SESSION_EXISTS",
    context: { sessionId: "a/2" },
  });
  expect(await other.sessions()).toEqual(["a/1", "a/2"]);
  expect((await other.timeline("a/2")).get(LabCounter, "c")?.total).toBe(7n);
  await other.import(hub.export(), { replace: true });
  await until(() => heard.some(({ isReset }) => isReset), "the follower has heard");
  unfollow();
  expect((await other.timeline("a/2")).get(LabCounter, "c")?.total).toBe(2n);
  const after = await other.hydrate("a/2", { since: before.snapshot.ordinal, epoch: before.epoch });
  expect(after).toMatchObject({ mode: "reset", reason: "deleted" });
});

test("an export is read in whatever chunks it comes, and is made in chunks of bounded size", async () => {
  const from = hubOf(memoryStore());
  const drafts = Array.from({ length: 5000 }, (_, number) => LabNoteSet.of({ number, text: "x".repeat(100) }));
  for (let at = 0; at < 5000; at += 250) await from.publish("s", drafts.slice(at, at + 250));
  await from.publish("s", LabNoteSet, { number: 1, text: "y".repeat(1_000_000) });
  const chunks: number[] = [];
  let bytes = Buffer.alloc(0);
  for await (const chunk of from.export()) {
    chunks.push(chunk.length);
    bytes = Buffer.concat([bytes, chunk]);
  }
  expect(Math.max(...chunks)).toBeLessThan(1_500_000);
  expect(chunks.length).toBeGreaterThan(8);
  for (const size of [7, 4096, bytes.length]) {
    const to = hubOf(memoryStore());
    expect(await to.import(chunksOf(bytes, size))).toEqual({ sessions: 1, events: 5001 });
    expect((await to.timeline("s")).list(LabNote)).toHaveLength(5000);
  }
});

test("of an export that is damaged or cut off, nothing is taken but the sessions that are whole", async () => {
  const bytes = await bytesOf((await filled(memoryStore())).export());
  const reference = memoryStore();
  await importSessions(reference, chunksOf(bytes));
  const ids = await reference.sessions();
  const logs = new Map(await Promise.all(ids.map(async (id) => [id, plain(await readAll(reference, id))] as const)));
  const check = async (damaged: Uint8Array) => {
    const store = memoryStore();
    const error = await importSessions(store, chunksOf(damaged, 1000)).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const sessions = await store.sessions();
    for (const id of sessions) expect(plain(await readAll(store, id))).toEqual(logs.get(id));
    return { error, sessions };
  };
  for (let length = 0; length < bytes.length; length += 13) {
    expect((await check(bytes.subarray(0, length))).error).toMatchObject({ code: "INVALID_EXPORT" });
  }
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, by) => {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ by;
      const { error, sessions } = await check(damaged);
      // Where the damage changes nothing of what the file says, all is there.
      if (error === undefined) expect(sessions).toEqual(ids);
      else expect(error).toMatchObject({ code: "INVALID_EXPORT" });
    }),
    { numRuns: 300 },
  );
});

test.each([
  ["nothing", Buffer.alloc(0), /record 1: got nothing, want a header/],
  [
    "a long length",
    Buffer.from([255, 255, 255, 255, 255, 1]),
    /record 1: got a length of more than \d+ bytes: this is no export/,
  ],
  ["something else", Buffer.from("SQLite format 3\0"), /record 1: the export was cut off/],
  ["a newer format", Buffer.from([4, 0x0a, 2, 8, 2]), /record 1: got format 2, want 1: read the file with the release/],
  [
    "a record of a newer release",
    Buffer.from([4, 0x0a, 2, 8, 1, 3, 0x7a, 1, 0]),
    /record 2: got a record that this release/,
  ],
])("%s is refused, and it is said why", async (_, bytes, message) => {
  await expect(importSessions(memoryStore(), chunksOf(bytes))).rejects.toMatchObject({
    code: "INVALID_EXPORT",
    message: expect.stringMatching(message),
  });
});

/** An export with other records, each well-formed, with the number and the checksum that they have. */
async function rewritten(
  bytes: Uint8Array,
  change: (record: ExportRecord["record"]) => readonly ExportRecord["record"][],
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const checksum = new Checksum();
  let records = 0n;
  for await (const { record } of sizeDelimitedDecodeStream(ExportRecordSchema, chunksOf(bytes))) {
    if (record.case === "session") records = -1n;
    for (const each of change(record)) {
      if (each.case === "sessionEnd") Object.assign(each.value, { records, checksum: checksum.value });
      const message = create(ExportRecordSchema, { record: each });
      checksum.add(toBinary(ExportRecordSchema, message));
      chunks.push(sizeDelimitedEncode(ExportRecordSchema, message));
      records++;
    }
  }
  return Buffer.concat(chunks);
}

describe.each(kinds)("a damaged session for %s", (_, open) => {
  const half = 2n ** 63n;
  test.each<readonly [what: string, message: RegExp, change: Parameters<typeof rewritten>[1]]>([
    [
      "a key twice",
      /record \d+ of session "b": key: got key "k" of space ".*" twice/,
      (record) => (record.case === "key" ? [record, record] : [record]),
    ],
    [
      "a run that started itself",
      /record \d+ of session "b": run: got run "r" as the parent of itself/,
      (record) => {
        if (record.case === "run") record.value.parent = record.value.id;
        return [record];
      },
    ],
    [
      "an ordinal above what stores hold",
      /record \d+ of session "b": got ordinal 9223372036854775808, want one up to 9223372036854775807/,
      (record) => {
        if (record.case === "session") record.value.ordinal = half;
        if (record.case === "event" && record.value.ordinal === 4n) record.value.ordinal = half;
        return [record];
      },
    ],
  ])("with %s is refused", async (_, message, change) => {
    const bytes = await bytesOf((await filled(memoryStore())).export({ sessions: ["b"] }));
    const store = open();
    await importSessions(memoryStore(), chunksOf(await rewritten(bytes, (record) => [record])));
    await expect(importSessions(store, chunksOf(await rewritten(bytes, change)))).rejects.toMatchObject({
      code: "INVALID_EXPORT",
      message: expect.stringMatching(message),
      context: { sessionId: "b" },
    });
    expect(await store.sessions()).toEqual([]);
    await store.close();
  });
});

test("runs that started each other, as far as their ids tell, are cancelled together", async () => {
  const hub = hubOf(memoryStore());
  for (const id of ["r", "q", "other"]) await hub.start("b", LabSweep, {}, { id });
  const bytes = await rewritten(await bytesOf(hub.export()), (record) => {
    if (record.case === "run" && record.value.id === "q") record.value.parent = "r";
    if (record.case === "run" && record.value.id === "r") record.value.parent = "q";
    return [record];
  });
  const other = hubOf(memoryStore(), { runs: { sweep: { run: () => new Promise(() => {}) } } });
  await other.import(chunksOf(bytes));
  expect(await other.cancelRun("b", "q")).toBe(true);
  const runs = await other.runs("b");
  expect(runs.map(({ id, outcome }) => `${id} ${outcome?.status}`)).toEqual([
    "r cancelled",
    "q cancelled",
    "other undefined",
  ]);
  await other.close({ grace: 0 });
});

test("what a program would misread is refused, and what it does not know is taken as it is", async () => {
  const bytes = await bytesOf((await filled(memoryStore())).export({ sessions: ["b"] }));
  const lab = labOf();
  const without = (name: string): Feature => ({
    ...lab,
    desc: { ...lab.desc, events: lab.desc.events.filter((each) => each.name !== name) },
  });
  const stranger = new Hub({ features: [without("LabTrace")], onError: () => {} });
  expect(await stranger.import(chunksOf(bytes))).toEqual({ sessions: 1, events: 4 });
  expect((await stranger.session("b")).stop).toMatchObject({ ordinal: 3n, reason: "unknown" });
  await stranger.close();
  const events = lab.desc.events.map((each) =>
    each.name === "LabTrace" ? { ...each, schema: LabNoteSet.schema } : each,
  );
  const store = memoryStore();
  const other = new Hub({ features: [{ ...lab, desc: { ...lab.desc, events } } as Feature], store, onError: () => {} });
  await expect(other.import(chunksOf(bytes))).rejects.toMatchObject({
    code: "INVALID_EXPORT",
    message: expect.stringMatching(
      /session "b": event: event "LabTrace" is a lab.v1.TraceEvent, but this program has it as/,
    ),
  });
  expect(await other.sessions()).toEqual([]);
  // A name that programs do not know costs them something at each load.
  expect(await store.eventNames()).toEqual([]);
  await other.close();
});

test("a source that fails ends the import with its error, and is ended when the import fails", async () => {
  const bytes = await bytesOf((await filled(memoryStore())).export());
  let isEnded = false;
  async function* failing(): AsyncGenerator<Uint8Array> {
    try {
      yield bytes.subarray(0, bytes.length - 300);
      throw new Error("the disk is gone");
    } finally {
      isEnded = true;
    }
  }
  const store = sqliteStore(newFile(), { synchronous: "normal" });
  await expect(importSessions(store, failing())).rejects.toThrow("the disk is gone");
  expect(isEnded).toBe(true);
  expect(await store.sessions()).toEqual(["a/1", "a/2"]);
  isEnded = false;
  await expect(importSessions(store, failing())).rejects.toMatchObject({ code: "SESSION_EXISTS" });
  expect(isEnded).toBe(true);
  await store.close();
});

test("a hub that is closed neither exports nor imports", async () => {
  const hub = new Hub({ features: [labOf()] });
  await hub.close();
  expect(() => hub.export()).toThrow(/the hub is closed/);
  await expect(hub.import(chunksOf(new Uint8Array()))).rejects.toMatchObject({ code: "CLOSED" });
  const store = memoryStore();
  await store.close();
  await expect(bytesOf(exportSessions(store))).rejects.toMatchObject({ code: "CLOSED" });
});
