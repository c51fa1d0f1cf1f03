import { create, toJson } from "@bufbuild/protobuf";
import {
  type CommandContext,
  type DescEvent,
  type Feature,
  Hub,
  type RunInfo,
  type Store,
} from "@sessionstream/runtime";
import { CounterEntitySchema } from "../fixtures/gen/lab/v1/lab_pb.js";
import {
  LabCounter,
  LabCounterAdded,
  LabMeasure,
  LabNote,
  LabNoteAppended,
  LabNoteDeleted,
  LabNotesMarked,
  LabRest,
  LabSweep,
  LabTrace,
  LabWork,
} from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../fixtures/lab.js";
import { ledgerOf, writeThen } from "../fixtures/ledger.js";
import { wrapStore } from "../fixtures/stores.js";
import { until } from "../fixtures/until.js";

// Sessions with all that a release can store. Written by each release, they are
// opened by all that follow.

/** Writes the sessions with the code of today, and closes the store. */
export async function writeSessions(store: Store): Promise<void> {
  const hub = new Hub({ features: featuresOf(appendTwice), store, onError: () => {}, sessionMetadata });
  // Tombstones, an entity that was deleted and made anew, several kinds.
  for (const number of [1, 2, 3, 4]) await hub.publish("notes", LabNoteAppended, { number, text: `note ${number}` });
  await hub.publish("notes", LabNoteDeleted, { number: 2 });
  await hub.publish("notes", LabNoteDeleted, { number: 3, anew: true });
  await hub.publish("notes", LabNotesMarked, { numbers: [1, 3], mark: "!" });
  await hub.publish("notes", LabCounterAdded, { name: "apples", amount: 2n ** 60n });
  // A timeline that stopped before its second event, while the log went on.
  await hub.publish("stalled", LabCounterAdded, { name: "pears", amount: 1n });
  await hub.publish("stalled", LabCounterAdded, { name: "pears", amount: 1n, neverFits: true });
  await hub.publish("stalled", LabCounterAdded, { name: "pears", amount: 3n });
  // Keys: of a command with two events, of one with none, of an event.
  await hub.submit("keys", LabWork, { task: "twice" }, { key: "two" });
  await hub.submit("keys", LabRest, {}, { key: "none" });
  await hub.publish("keys", LabTrace, { text: "once" }, { key: "event" });
  // A timeline that was repaired, and so is of another epoch.
  await hub.publish("repaired", LabNoteAppended, { number: 1, text: "before" });
  await hub.rebuild("repaired");
  await hub.publish("repaired", LabNoteAppended, { number: 1, text: " and after" });
  // Since 0.2: keys of two clients, a rejection under a key, and where events come from.
  const [ann, bob] = [{ id: "ann" }, { id: "bob" }];
  await hub.submit("clients", LabWork, { task: "ann's" }, { key: "k", identity: ann });
  await hub.submit("clients", LabWork, { task: "bob's" }, { key: "k", identity: bob, trace });
  await hub.trySubmit("clients", LabWork, { task: rejectedTask }, { key: "rejected", identity: ann });
  await hub.publish("clients", LabTrace, { text: "caused" }, { cause: 2n, trace });
  // Since 0.2: entities of one event in the order of the projection.
  await hub.publish(orderedSession, LabTrace, {});
  // Since 0.2: the claim of a process that was killed before its handler had published anything.
  await killWhileHandling(store);
  // Events of versions and names that are no more are in the session "s".
  await writeThen(wrapStore(store, { close: async () => {} }));
  await hub.rebuild("s");
  // Since 0.4: a stored timeline that lags behind the log, as a process leaves it that was killed.
  await killWithLag(store);
  // Since 0.4: runs that have ended, that begin later, and those of a process that was killed.
  await killWithRuns(store);
  // Since 0.5: a session that was written whole, whose events name no batch.
  await importSession(hub);
  // Since 0.5: a session that was deleted, and another one under its id.
  await hub.publish("anew", LabNoteAppended, { number: 1, text: "deleted" });
  await hub.delete("anew");
  await hub.publish("anew", LabNoteAppended, { number: 2, text: "anew" });
  await hub.close();
}

async function importSession(hub: Hub): Promise<void> {
  await hub.submit("imported", LabWork, { task: "imported" }, { key: "k" });
  const chunks: Uint8Array[] = [];
  for await (const chunk of hub.export({ sessions: ["imported"] })) chunks.push(chunk);
  await hub.import(
    (async function* () {
      yield* chunks;
    })(),
    { replace: true },
  );
}

/** The features of all releases. Without `runs`, a hub leaves the runs to others. */
export function featuresOf(work: Work, runs?: LabSwitches["runs"]): readonly Feature[] {
  const lab = labOf({ work, ...(runs !== undefined && { runs }) });
  const timeline: Feature["timeline"] = (event, view) => {
    if (event.session.id !== orderedSession) return lab.timeline?.(event, view) ?? [];
    return [LabNote.put({ number: 2 }), LabCounter.put({ name: "between" }), LabNote.put({ number: 1 })];
  };
  return [{ ...lab, timeline }, ledgerOf()];
}

type Work = (context: CommandContext<typeof LabWork, DescEvent>) => void | Promise<void>;

/** Each event here creates entities in an order that neither kinds nor ids have. */
const orderedSession = "ordered";
const detail = create(CounterEntitySchema, { name: "tries", total: 3n });
const trace = { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };
/** The task of a command that is rejected. */
export const rejectedTask = "no";

/** Leaves in the store what a process leaves there that is killed. */
async function killWhileHandling(store: Store): Promise<void> {
  const nothing = async () => {};
  const killed = wrapStore(store, { settle: nothing, leave: nothing, close: nothing });
  let begun = () => {};
  const begins = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const work = () => {
    begun();
    return new Promise<void>(() => {});
  };
  const hub = new Hub({ features: featuresOf(work), store: killed, onError: () => {} });
  const submitted = hub.trySubmit("killed", LabWork, { task: "again" }, { key: "k" });
  await begins;
  await hub.close({ abort: true, grace: 0 });
  await submitted;
}

async function killWithLag(store: Store): Promise<void> {
  let isKilled = false;
  const killed = wrapStore(store, {
    commit: async (batches) => {
      // Entities that lag come with a later batch, without events.
      const isLate = isKilled && batches.every(({ events }) => events.length === 0);
      return isLate ? batches.map(() => new Error("killed")) : store.commit(batches);
    },
    close: async () => {},
  });
  const hub = new Hub({ features: featuresOf(appendTwice), store: killed, onError: () => {} });
  await hub.publish("lagging", LabNoteAppended, { number: 1, text: "stored" });
  await hub.rebuild("lagging");
  isKilled = true;
  await hub.publish("lagging", LabNoteAppended, { number: 1, text: " and" });
  await hub.publish("lagging", LabNoteAppended, { number: 2, text: "lagging" });
  await hub.close();
}

/** When the run begins that waits for its time: in the year 2100. */
export const laterThanTimers: number = Date.UTC(2100, 0, 1);

/** What the runs do: each as its task says. */
export const runs: NonNullable<LabSwitches["runs"]> = {
  measure: {
    async run({ input: { task }, publish, waitFor, attempt }) {
      await publish(LabNoteAppended, { number: 1, text: `${task} ${attempt};` }, { key: "begun" });
      if (task === "entity") await waitFor(LabNote, 9);
    },
    ended: (_view, { id, outcome }) => [LabCounterAdded.of({ name: `${id} ${outcome.status}`, amount: 1n })],
  },
  sweep: {
    async run({ input: { task }, waitForRun, sleepUntil, signal }) {
      if (task === "fail") throw new Error("no luck");
      if (task === "time") await sleepUntil(laterThanTimers);
      if (task === "run") await waitForRun("later");
      if (task === "work") await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
  },
};

async function killWithRuns(store: Store): Promise<void> {
  const nothing = async () => {};
  const killed = wrapStore(store, { releaseRuns: nothing, leave: nothing, close: nothing });
  const hub = new Hub({ features: featuresOf(appendTwice, runs), store: killed, onError: () => {} });
  const start = (task: string, at?: number) =>
    hub.start("runs", LabSweep, { task }, { id: task === "" ? "later" : task, ...(at !== undefined && { at }) });
  await hub.start("runs", LabMeasure, { task: "complete" }, { id: "complete" });
  await start("fail");
  await hub.waitIdle("runs");
  await start("work");
  await hub.start("runs", LabSweep, { task: "work" }, { id: "cancel" });
  await hub.cancelRun("runs", "cancel", "enough");
  await start("", laterThanTimers);
  await start("time");
  await start("run");
  await hub.start("runs", LabMeasure, { task: "entity" }, { id: "entity" });
  const waits = async () => (await hub.runs("runs")).filter(({ state }) => state === "waiting").length === 3;
  await until(waits, "three runs wait");
  await hub.close();
}

/** What the command LabWork does: under a key, once. */
export async function appendTwice(context: CommandContext<typeof LabWork, DescEvent>): Promise<void> {
  const { publish, payload, reject } = context;
  if (payload.task === rejectedTask) throw reject("NOT_NOW", { message: "later", detail });
  await publish(LabNoteAppended, { number: 7, text: payload.task });
  await publish(LabNoteAppended, { number: 7, text: payload.task });
}

/** What a hub reads of the sessions, as JSON: what it must read for ever. */
export async function readSessions(hub: Hub): Promise<Record<string, unknown>> {
  const read: Record<string, unknown> = {};
  for (const id of await hub.sessions()) {
    const { entities, ordinal } = await hub.snapshot(id);
    const { metadata, ordinal: last, cursor } = await hub.session(id);
    const { epoch } = await hub.hydrate(id);
    read[id] = {
      metadata,
      epoch,
      ordinal: String(last),
      cursor: String(cursor),
      snapshot: String(ordinal),
      entities: entities.map(({ kind, id, createdOrdinal, position, lastEventOrdinal, payload }) => ({
        kind,
        id,
        createdOrdinal: String(createdOrdinal),
        // The first release kept none.
        ...(position > 0 && { position }),
        lastEventOrdinal: String(lastEventOrdinal),
        payload: toJson(hub.registry.timelineEntity(kind).schema, payload),
      })),
      events: (await hub.events(id)).map(({ ordinal, name, payload, time, meta: { cause, ...meta } }) => ({
        ordinal: String(ordinal),
        name,
        payload: toJson(hub.registry.event(name).schema, payload),
        time,
        ...meta,
        ...(cause !== undefined && { cause: String(cause) }),
      })),
      errors: (await hub.errors(id)).map((error) => ({ ...error, ordinal: String(error.ordinal) })),
      ...runsOf(hub, await hub.runs(id)),
    };
  }
  return read;
}

/** Earlier releases had none. */
function runsOf(hub: Hub, infos: readonly RunInfo[]): { readonly runs?: unknown } {
  if (infos.length === 0) return {};
  return {
    runs: infos.map(({ input, startedBy: { cause, ...startedBy }, ...info }) => ({
      ...info,
      ...(input !== undefined && { input: toJson(hub.registry.run(info.name).schema, input) }),
      startedBy: { ...startedBy, ...(cause !== undefined && { cause: String(cause) }) },
    })),
  };
}

function sessionMetadata(sessionId: string) {
  return { owner: `of ${sessionId}` };
}
