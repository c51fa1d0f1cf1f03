import { toJson } from "@bufbuild/protobuf";
import { type CommandContext, type DescEvent, Hub, type Store } from "@sessionstream/runtime";
import {
  LabCounterAdded,
  LabNoteAppended,
  LabNoteDeleted,
  LabNotesMarked,
  LabRest,
  LabTrace,
  LabWork,
} from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../fixtures/lab.js";
import { ledgerOf, writeThen } from "../fixtures/ledger.js";
import { wrapStore } from "../fixtures/stores.js";

// Sessions with all that a release can store. Written by each release, they are
// opened by all that follow.

/** Writes the sessions with the code of today, and closes the store. */
export async function writeSessions(store: Store): Promise<void> {
  const hub = new Hub({
    features: [labOf({ work: appendTwice }), ledgerOf()],
    store,
    onError: () => {},
    sessionMetadata,
  });
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
  // Events of versions and names that are no more are in the session "s".
  await writeThen(wrapStore(store, { close: async () => {} }));
  await hub.rebuild("s");
  await hub.close();
}

/** What the command LabWork does: under a key, once. */
export async function appendTwice({ publish, payload }: CommandContext<typeof LabWork, DescEvent>): Promise<void> {
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
      entities: entities.map(({ kind, id, createdOrdinal, lastEventOrdinal, payload }) => ({
        kind,
        id,
        createdOrdinal: String(createdOrdinal),
        lastEventOrdinal: String(lastEventOrdinal),
        payload: toJson(hub.registry.timelineEntity(kind).schema, payload),
      })),
      events: (await hub.events(id)).map(({ ordinal, name, payload, time }) => ({
        ordinal: String(ordinal),
        name,
        payload: toJson(hub.registry.event(name).schema, payload),
        time,
      })),
      errors: (await hub.errors(id)).map((error) => ({ ...error, ordinal: String(error.ordinal) })),
    };
  }
  return read;
}

function sessionMetadata(sessionId: string) {
  return { owner: `of ${sessionId}` };
}
