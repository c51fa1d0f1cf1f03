import type { Store, StoredError } from "@sessionstream/runtime";
import type { StoredEvent } from "@sessionstream/runtime/store";
import { expect } from "vitest";
import { fold, plainEntities } from "../../fixtures/fold.js";
import type { ToldUiEvent } from "../../fixtures/gen/lab/v1/lab_pb.js";
import { readAll } from "../../fixtures/stores.js";
import { tagOf } from "./tagged.js";
import { sessionIds, type World } from "./world.js";

/** Runs a history to its end and holds what is left of it against the laws. */
export async function holdsLaws(world: World): Promise<void> {
  await world.run();
  expect(world.violations).toEqual([]);
  await lookAt(world, async (store) => {
    for (const id of sessionIds) await checkSession(world, store, id);
  });
  await world.mend();
  expect(world.violations).toEqual([]);
  await lookAt(world, async (store) => {
    for (const id of sessionIds) await checkMended(world, store, id);
  });
}

async function lookAt(world: World, look: (store: Store) => Promise<void>): Promise<void> {
  const store = world.open();
  try {
    await look(store);
  } finally {
    await store.close();
  }
}

async function checkSession(world: World, store: Store, id: string): Promise<void> {
  const log = await readAll(store, id);
  checkOrder(world, id, log);
  checkAcknowledged(world, id, log);
  await checkTimeline(world, store, id, log);
  checkFanout(world, id, log, await store.errors(id));
}

/** Law 1, and that each publisher's events stand in the order in which he published them. */
function checkOrder(world: World, id: string, log: readonly StoredEvent[]): void {
  expect(log.map(({ ordinal }) => ordinal)).toEqual(log.map((_, index) => BigInt(index + 1)));
  const publisherOf = new Map(world.attempts.map(({ tag, publisher }) => [tag, publisher]));
  const lastTag = new Map<number, number>();
  for (const event of log) {
    const tag = tagOf(event);
    const publisher = publisherOf.get(tag);
    if (publisher === undefined) throw new Error(`session "${id}" has an event with tag ${tag} that nobody published`);
    expect(tag, `session "${id}": publisher ${publisher} at ${event.ordinal}`).toBeGreaterThan(
      lastTag.get(publisher) ?? 0,
    );
    lastTag.set(publisher, tag);
  }
}

/** Law 3: what was acknowledged is there once, at its ordinal; what was refused is not there. */
function checkAcknowledged(world: World, id: string, log: readonly StoredEvent[]): void {
  const attempts = world.attempts.filter(({ session }) => session === id);
  expect(attempts.filter(({ ordinal, refusal }) => (ordinal === undefined) === (refusal === undefined))).toEqual([]);
  const acknowledged = attempts
    .filter(({ ordinal }) => ordinal !== undefined)
    .map(({ tag, ordinal }) => `${ordinal}: ${tag}`);
  expect(log.map((event) => `${event.ordinal}: ${tagOf(event)}`)).toEqual(
    acknowledged.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)),
  );
}

/** Law 2, and that what the timeline lacks is on record. */
async function checkTimeline(world: World, store: Store, id: string, log: readonly StoredEvent[]): Promise<void> {
  const loaded = await store.load(id);
  const errors = await store.errors(id);
  if (loaded === undefined) {
    expect(log).toEqual([]);
    return;
  }
  expect(loaded.ordinal).toBe(BigInt(log.length));
  expect(plainEntities(loaded.entities)).toEqual(fold(log, loaded.cursor, skipped(world, errors)));
  if (loaded.failedAt !== undefined) {
    expect([world.history.timeline, loaded.failedAt]).toEqual(["fail", loaded.cursor + 1n]);
    expect(errors.some(({ step, ordinal }) => isTimeline(step) && ordinal === loaded.failedAt)).toBe(true);
  }
  for (const { ordinal, name } of errors) expect(log[Number(ordinal) - 1]?.name).toBe(name);
}

/** Each hub tells in the order of the ordinals, of every event that it published, what the event says. */
function checkFanout(world: World, id: string, log: readonly StoredEvent[], errors: readonly StoredError[]): void {
  const told: bigint[] = [];
  for (const batches of world.fanned) {
    const own = batches.filter(({ sessionId }) => sessionId === id);
    own.reduce((last, { ordinal }) => {
      expect(ordinal, `fan-out in session "${id}"`).toBeGreaterThan(last);
      return ordinal;
    }, 0n);
    for (const { ordinal, events } of own) {
      expect(events.map(({ name, payload }) => [name, payload])).toEqual([["LabTold", expect.anything()]]);
      const payload = events[0]?.payload as ToldUiEvent;
      expect([payload.ordinal, payload.event]).toEqual([ordinal, log[Number(ordinal) - 1]?.name]);
      told.push(ordinal);
    }
  }
  const untold = errors.filter(({ step }) => step === "ui-projection").map(({ ordinal }) => ordinal);
  // What one hub takes over from another it tells, too.
  const ordinals = new Set([...told, ...untold]);
  expect([...ordinals].sort((a, b) => Number(a - b))).toEqual(log.map(({ ordinal }) => ordinal));
}

/** When nothing is broken any more, a retry brings the timeline to the end of the log, but for what never fits. */
async function checkMended(world: World, store: Store, id: string): Promise<void> {
  const log = await readAll(store, id);
  const loaded = await store.load(id);
  if (loaded === undefined) return;
  const errors = await store.errors(id);
  expect(plainEntities(loaded.entities)).toEqual(fold(log, loaded.cursor, skipped(world, errors)));
  if (loaded.failedAt !== undefined) {
    const stoppedAt = log[Number(loaded.cursor)];
    expect([world.history.timeline, stoppedAt?.name]).toEqual(["fail", "LabCounterAdded"]);
    const failures = errors.filter(
      ({ step, ordinal, message }) =>
        step === "timeline-projection" && ordinal === loaded.cursor + 1n && message.includes("does not fit"),
    );
    expect(failures, "why the timeline stands is on record once").toHaveLength(1);
  }
}

/** Under the policy `advance` the events on record as failed have no part in the timeline. */
function skipped(world: World, errors: readonly StoredError[]): Set<bigint> {
  if (world.history.timeline === "fail") return new Set();
  const ordinals = errors.filter(({ step }) => isTimeline(step)).map(({ ordinal }) => ordinal);
  expect(new Set(ordinals).size, "an event is skipped once").toBe(ordinals.length);
  return new Set(ordinals);
}

function isTimeline(step: string): boolean {
  return step === "timeline-projection";
}
