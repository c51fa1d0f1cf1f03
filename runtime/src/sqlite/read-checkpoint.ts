import { PastEntities, type StoredPast } from "../store/checkpoint.js";
import { largestOrdinal } from "../store/rules.js";
import type { LastCheckpoint, StoredEntity } from "../store/stored.js";
import { toCheckpoint, toEntity } from "./rows.js";
import type { Statements } from "./statements.js";

// Within a transaction: all at one instant.

/** Reads the newest checkpoint of a session, as it is loaded. Yields after each tombstone. */
export function* readLastCheckpoint(
  sql: Statements,
  session: bigint,
): Generator<undefined, LastCheckpoint | undefined> {
  const newest = sql.selectCheckpoint.get(session, largestOrdinal);
  if (newest === undefined) return undefined;
  const floor = sql.selectTombstoneFloor.get(session)?.floor ?? 0n;
  if (newest.ordinal < floor) return { ...toCheckpoint(newest), deletedSince: undefined };
  const deletedSince: StoredEntity[] = [];
  for (const row of sql.selectTombstones.iterate(session, newest.ordinal)) {
    deletedSince.push(toEntity(row));
    yield;
  }
  return { ...toCheckpoint(newest), deletedSince };
}

/** Reads what a timeline was at the newest checkpoint at or below an ordinal. Yields after each row. */
export function* readPast(
  sql: Statements,
  sessionId: string,
  ordinal: bigint,
): Generator<undefined, StoredPast | undefined> {
  const session = sql.selectSession.get(sessionId);
  const newest = session && sql.selectCheckpoint.get(session.id, ordinal);
  if (session === undefined || newest === undefined) return undefined;
  const past = new PastEntities();
  for (const id of sql.selectCheckpointIds.all(session.id, newest.base, newest.ordinal)) {
    for (const row of sql.selectCheckpointEntities.iterate(id)) {
      past.add(toEntity(row));
      yield;
    }
  }
  return { checkpoint: toCheckpoint(newest), entities: past.all };
}
