import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { type Feature, Hub } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { describe, expect, test, vi } from "vitest";
import {
  LabCounter,
  LabNote,
  LabNoteAppended,
  LabNoteSet,
  LabRest,
  LabTrace,
  LabWork,
} from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../fixtures/lab.js";
import { ledgerOf } from "../fixtures/ledger.js";
import { openRaw } from "../fixtures/raw-database.js";
import { newFile } from "../fixtures/stores.js";
import {
  appendTwice,
  featuresOf,
  laterThanTimers,
  readSessions,
  rejectedTask,
  runs,
  writeSessions,
} from "./sessions.js";
import { dump, restore } from "./sql.js";

// A database that any earlier release wrote opens and is right. README.md says how a release adds its own.

const folder = import.meta.dirname;
const releases = readdirSync(folder)
  .filter((name) => name.endsWith(".sql"))
  .map((name) => name.slice(0, -".sql".length));

const lease = 200;
// Keys have a time since 0.5, and stay here, however old the file is.
const options = { lease, keepKeysFor: Number.MAX_SAFE_INTEGER, onError: () => {} };

function open(path: string, work = appendTwice): Hub {
  return new Hub({ features: featuresOf(work), store: sqliteStore(path), ...options });
}

/** Those that came after the first, which stored less. */
const later = releases.filter((release) => release !== "3ab664a");
const withRuns = later.filter((release) => release !== "0.2" && release !== "0.3");
const withTimes = withRuns.filter((release) => release !== "0.4");

test("the first releases are among them", () => {
  expect(releases).toEqual(expect.arrayContaining(["3ab664a", "0.2", "0.3", "0.4", "0.5"]));
});

describe.each(releases)("a file of %s", (release) => {
  const sql = readFileSync(join(folder, `${release}.sql`), "utf8");
  const was: Record<string, { readonly epoch: string }> = JSON.parse(
    readFileSync(join(folder, `${release}.json`), "utf8"),
  );

  async function reopened(work = appendTwice): Promise<Hub> {
    return open(restored(), work);
  }

  function restored(): string {
    const path = newFile();
    restore(path, sql);
    return path;
  }

  test("has the same sessions, timelines, events and errors", async () => {
    const hub = await reopened();
    expect(await readSessions(hub)).toEqual(was);
    await hub.close();
  });

  test("does again nothing that was done under a key", async () => {
    let handled = 0;
    const hub = await reopened(async () => void handled++);
    const two = { task: "twice" };
    expect(await hub.submit("keys", LabWork, two, { key: "two" })).toEqual({ ordinal: 2n });
    expect(await hub.submit("keys", LabRest, {}, { key: "none" })).toEqual({ ordinal: 2n });
    expect(await hub.publish("keys", LabTrace, { text: "once" }, { key: "event" })).toEqual({ ordinal: 3n });
    const other = hub.submit("keys", LabWork, { task: "other" }, { key: "two" });
    await expect(other).rejects.toMatchObject({ code: "KEY_REUSED" });
    expect([handled, (await hub.session("keys")).ordinal]).toEqual([0, 3n]);
    // The first release knew no identities: whoever asks again, it is done.
    await hub.submit("keys", LabWork, two, { key: "two", identity: { id: "anna" } });
    expect(handled).toBe(later.includes(release) ? 1 : 0);
    await hub.close();
  });

  test("resumes a client that it had with what changed, tombstones among it", async () => {
    const hub = await reopened();
    const { epoch = "" } = was.notes ?? {};
    const delta = await hub.hydrate("notes", { since: 4n, epoch });
    expect(delta).toMatchObject({ mode: "delta", ordinal: 8n, deleted: [{ kind: "LabNote", id: "2" }] });
    const epochs = Object.values(was).map(({ epoch }) => epoch);
    expect(new Set(epochs).size).toBe(epochs.length);
    // A client of another session has another history. Since 0.5, epochs say that it is of another session.
    const reason = withTimes.includes(release) ? "deleted" : "epoch";
    expect(await hub.hydrate("repaired", { since: 1n, epoch })).toMatchObject({ mode: "reset", reason });
    await hub.close();
  });

  test("has a stalled timeline that stands where it stood, and goes on once the projection fits", async () => {
    const path = restored();
    const hub = open(path);
    const stop = { ordinal: 2n, name: "LabCounterAdded", reason: "failed" };
    expect(await hub.hydrate("stalled")).toMatchObject({ mode: "reset", snapshot: { ordinal: 1n }, stop });
    expect(await hub.session("stalled")).toMatchObject({ ordinal: 3n, cursor: 1n, stop });
    await hub.publish("stalled", LabNoteAppended, { number: 1, text: "later" });
    expect(await hub.retry("stalled")).toMatchObject({ ordinal: 4n, cursor: 1n, stop });
    // It failed for the same reason as then, which is on record.
    expect(await hub.errors("stalled")).toHaveLength(1);
    await hub.close();

    const lab = labOf({ work: appendTwice });
    const fitting: Feature = {
      ...lab,
      timeline(event, view) {
        const payload = { ...event.payload, neverFits: false };
        return lab.timeline?.({ ...event, payload }, view) ?? [];
      },
    };
    const mended = new Hub({ features: [fitting, ledgerOf()], store: sqliteStore(path), onError: () => {} });
    expect(await mended.retry("stalled")).toMatchObject({ ordinal: 4n, cursor: 4n, stop: undefined });
    expect((await mended.snapshot("stalled")).get(LabCounter, "pears")).toMatchObject({ total: 5n, times: 3 });
    await mended.close();
  });

  test("is folded to the same timelines again", async () => {
    const hub = await reopened();
    for (const id of ["notes", "keys", "repaired", "s"]) {
      // The first release kept no positions.
      const hasPositions = later.includes(release);
      const entities = async () =>
        (await hub.snapshot(id)).entities.map(({ position, ...rest }) => (hasPositions ? { position, ...rest } : rest));
      const before = await entities();
      await hub.rebuild(id);
      expect(await entities()).toEqual(before);
    }
    await hub.close();
  });

  test("takes new events and opens again", async () => {
    const path = restored();
    const hub = open(path);
    await hub.publish("notes", LabNoteAppended, { number: 1, text: " more" });
    const before = await readSessions(hub);
    await hub.close();
    const again = open(path);
    expect(await readSessions(again)).toEqual(before);
    await again.close();
  });
});

describe.each(later)("what is stored since 0.2, in a file of %s", (release) => {
  async function reopened(work = appendTwice): Promise<{ hub: Hub; path: string }> {
    const path = newFile();
    restore(path, readFileSync(join(folder, `${release}.sql`), "utf8"));
    return { hub: open(path, work), path };
  }

  test("each client has its own keys, and a rejection under a key stays", async () => {
    let handled = 0;
    const { hub } = await reopened(async () => void handled++);
    const again = (task: string, key: string, id: string) =>
      hub.submit("clients", LabWork, { task }, { key, identity: { id } });
    expect(await again("ann's", "k", "ann")).toEqual({ ordinal: 2n });
    expect(await again("bob's", "k", "bob")).toEqual({ ordinal: 4n });
    await expect(again("bob's", "k", "ann")).rejects.toMatchObject({ code: "KEY_REUSED" });
    await expect(again(rejectedTask, "rejected", "ann")).rejects.toMatchObject({
      code: "REJECTED",
      rejection: { code: "NOT_NOW", message: "later", detail: { name: "tries", total: 3n } },
    });
    expect(handled).toBe(0);
    await again("carol's", "k", "carol");
    expect(handled).toBe(1);
    await hub.close();
  });

  test("the claim of a process that was killed is taken over", async () => {
    const { hub } = await reopened();
    const begun = performance.now();
    expect(await hub.submit("killed", LabWork, { task: "again" }, { key: "k" })).toEqual({ ordinal: 2n });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(lease);
    await hub.close();
  });

  test("entities of one event keep their order, also when they are folded again", async () => {
    const { hub } = await reopened();
    const ids = async () => (await hub.snapshot("ordered")).entities.map(({ kind, id }) => `${kind} ${id}`);
    const order = ["LabNote 2", "LabCounter between", "LabNote 1"];
    expect(await ids()).toEqual(order);
    await hub.rebuild("ordered");
    expect(await ids()).toEqual(order);
    await hub.close();
  });

  test("each name has the schema that wrote it", async () => {
    const { hub, path } = await reopened();
    await hub.close();
    const store = sqliteStore(path);
    const descriptors = await store.descriptors();
    await store.close();
    const described = (mark: string, name: string) =>
      descriptors.find((each) => each.mark === mark && each.name === name);
    for (const [mark, name] of [
      ["event", "LabNoteAppended"],
      ["event", "LedgerBooked"],
      ["command", "LabWork"],
    ] as const) {
      const found = described(mark, name);
      expect(found?.hash).toMatch(/^[0-9a-f]{16}$/);
      const files = fromBinary(FileDescriptorSetSchema, found?.descriptor ?? new Uint8Array());
      expect(createFileRegistry(files).getMessage(found?.type ?? "")?.typeName).toBe(found?.type);
    }
  });
});

describe.each(withRuns)("what is stored since 0.4, in a file of %s", (release) => {
  /** At a time, which decides what begins. Runs that have ended stay, however old the file is. */
  async function reopened(now: number): Promise<Hub> {
    const path = newFile();
    restore(path, readFileSync(join(folder, `${release}.sql`), "utf8"));
    const endedStay = { now: () => now, runs: { keepEnded: Number.MAX_SAFE_INTEGER } };
    return new Hub({ features: featuresOf(appendTwice, runs), store: sqliteStore(path), ...options, ...endedStay });
  }

  const states = async (hub: Hub) =>
    Object.fromEntries((await hub.runs("runs")).map(({ id, state, attempt }) => [id, `${state} ${attempt}`]));
  const ended = { complete: "completed 1", fail: "failed 1", cancel: "cancelled 1" };

  test("the runs of a process that was killed are taken over, and wait for what they waited for", async () => {
    const hub = await reopened(laterThanTimers - 1);
    const waiting = { ...ended, later: "queued 0", time: "waiting 2", run: "waiting 2", entity: "waiting 2" };
    await vi.waitFor(async () => expect(await states(hub)).toEqual({ ...waiting, work: "running 2" }), 5000);
    await hub.publish("runs", LabNoteSet, { number: 9, text: "there" });
    await hub.cancelRun("runs", "work");
    await hub.cancelRun("runs", "later");
    const done = { later: "cancelled 0", run: "completed 2", entity: "completed 2", work: "cancelled 2" };
    await vi.waitFor(async () => expect(await states(hub)).toEqual({ ...ended, time: "waiting 2", ...done }), 5000);
    // Under its key, the second attempt has not published again what the first one did.
    expect((await hub.snapshot("runs")).get(LabNote, 1)).toMatchObject({ text: "complete 1;entity 1;" });
    expect((await hub.snapshot("runs")).get(LabCounter, "entity completed")).toMatchObject({ times: 1 });
    await hub.close();
  });

  test("runs begin and go on once their time has come", async () => {
    const hub = await reopened(laterThanTimers);
    const done = { later: "completed 1", time: "completed 2", run: "completed 2" };
    await vi.waitFor(async () => expect(await states(hub)).toMatchObject({ ...ended, ...done }), 5000);
    await hub.close({ grace: 100 });
  });

  test("a stored timeline that lags behind its log is folded on", async () => {
    const path = newFile();
    restore(path, readFileSync(join(folder, `${release}.sql`), "utf8"));
    const store = sqliteStore(path);
    expect(await store.session("lagging")).toMatchObject({ ordinal: 3n, cursor: 1n });
    await store.close();
    const hub = open(path);
    const { ordinal, entities } = await hub.snapshot("lagging");
    expect([ordinal, entities.map(({ id }) => id)]).toEqual([3n, ["1", "2"]]);
    await hub.publish("lagging", LabNoteAppended, { number: 1, text: ", and stored" });
    await hub.close();
    const again = sqliteStore(path);
    expect(await again.session("lagging")).toMatchObject({ ordinal: 4n, cursor: 4n });
    await again.close();
  });
});

describe.each(withTimes)("what is stored since 0.5, in a file of %s", (release) => {
  function restored(): string {
    const path = newFile();
    restore(path, readFileSync(join(folder, `${release}.sql`), "utf8"));
    return path;
  }

  test("keys expire by the time that each began at", async () => {
    const path = restored();
    const database = openRaw(path, { readonly: true });
    const time = database.value("SELECT min(time) FROM key WHERE process IS NULL") as number;
    database.close();
    const store = sqliteStore(path);
    const name = { sessionId: "keys", space: "c:", key: "two" };
    await store.forgetKeys(time);
    expect(await store.key(name)).toBeDefined();
    await store.forgetKeys(Number.MAX_SAFE_INTEGER);
    expect(await store.key(name)).toBeUndefined();
    await store.close();
  });

  test("a session that was imported goes on, and what was done under its keys is not done again", async () => {
    const hub = open(restored());
    expect((await hub.snapshot("imported")).get(LabNote, 7)).toMatchObject({ text: "importedimported" });
    expect(await hub.submit("imported", LabWork, { task: "imported" }, { key: "k" })).toEqual({ ordinal: 2n });
    expect(await hub.publish("imported", LabNoteAppended, { number: 7, text: "!" })).toEqual({ ordinal: 3n });
    expect((await hub.snapshot("imported")).get(LabNote, 7)).toMatchObject({ text: "importedimported!" });
    await hub.close();
  });

  test("a session that began under the id of a deleted one has nothing of it", async () => {
    const hub = open(restored());
    expect((await hub.snapshot("anew")).entities.map(({ id }) => id)).toEqual(["2"]);
    expect((await hub.session("anew")).ordinal).toBe(1n);
    await hub.close();
  });
});

test("what today's code writes can be kept in the same way", async () => {
  const path = newFile();
  await writeSessions(sqliteStore(path));
  const hub = open(path);
  const read = await readSessions(hub);
  await hub.close();
  const release = process.env.SESSIONSTREAM_RELEASE;
  if (release !== undefined) {
    writeFileSync(join(folder, `${release}.sql`), dump(path));
    writeFileSync(join(folder, `${release}.json`), `${JSON.stringify(read, null, 2)}\n`);
  }
  const copy = newFile();
  restore(copy, dump(path));
  const reopened = open(copy);
  expect(await readSessions(reopened)).toEqual(read);
  await reopened.close();
  // Nothing is lost on the way through SQL text.
  const version = openRaw(copy, { readonly: true });
  expect(version.value("PRAGMA user_version")).toBeGreaterThan(0);
  version.close();
});
