import type { SessionBatch } from "./batch.js";
import type { NewCheckpoint, StoredPast } from "./checkpoint.js";
import type { SessionPart } from "./session-part.js";
import type {
  Checkpoint,
  KeyName,
  KeyOutcome,
  SessionHead,
  StoredDescriptor,
  StoredEntity,
  StoredError,
  StoredEvent,
  StoredKey,
  StoredSession,
  StoredTimeline,
} from "./stored.js";
import type { FreeRun, RunName, RunOwner, StoredRun } from "./stored-run.js";

/** A page of the log. */
export interface EventRange {
  /** Only events above this ordinal. The default is 0: all events. */
  readonly after?: bigint;
  /** The largest number of results. The default is 1,000. */
  readonly limit?: number;
}

/** A page of the log, bounded in bytes. */
export interface StoredEventRange extends EventRange {
  /** The page ends with the event with which its payloads have more bytes. By default, it does not. */
  readonly maxBytes?: number;
}

/** A page of the failures on record, cut between events: it has all failures of each of its events. */
export interface ErrorRange {
  /** Only failures of events above this ordinal. The default is 0: of all events. */
  readonly after?: bigint;
  /** The largest number of events whose failures are read. The default is 1,000. */
  readonly limit?: number;
}

/** A page of the sessions' ids. */
export interface SessionRange {
  /** Only ids after this one, in the store's order. By default, from the first. */
  readonly after?: string;
  /** The largest number of results. The default is 1,000. */
  readonly limit?: number;
}

/** A page of the runs of a session. */
export interface RunRange {
  /** Only runs that have not ended. By default, all that the store still has. */
  readonly isOpen?: boolean;
  /** Only runs that were started after the run of this id: none if there is no such run. By default, from the first. */
  readonly after?: string;
  /** The largest number of results. The default is 1,000. */
  readonly limit?: number;
}

/** Which runs a process looks for that it could take. */
export interface FreeRunRange {
  /** Only runs of these names. */
  readonly names: readonly string[];
  /** Only runs that may begin at this time, in milliseconds since the Unix epoch. */
  readonly now: number;
  /** The largest number of results. */
  readonly limit: number;
}

/** The size of a page of events, errors, sessions or runs without a limit. */
export const defaultLimit = 1000;

/** Asks for an idempotency key before the work under it begins. */
export interface KeyClaim extends KeyName {
  readonly fingerprint: string;
  /** The process that asks. */
  readonly process: string;
  /** Random, to tell this claim from others. */
  readonly token: string;
  /** When it asks, in milliseconds since the Unix epoch. */
  readonly time: number;
  /** The schema of the command, which the store may not have yet. */
  readonly descriptor: StoredDescriptor | undefined;
  /**
   * Takes the key over from a process that seems dead: only if the claim on the key is still
   * this one, and the number of heartbeats of its process is still this one. From then on, that
   * process counts as one that left, until its heart beats again.
   */
  readonly from?: { readonly token: string; readonly beat: number | undefined };
}

/** What came of asking for a key. */
export interface ClaimAnswer {
  /** The key as it is, if it has another claim. Undefined if it now has this one. */
  readonly taken: StoredKey | undefined;
  /** Where the session of the key stood at that instant. Undefined if nothing was committed. */
  readonly head: SessionHead | undefined;
}

/** A claim that a key has, or had. */
export interface ClaimedKey extends KeyName {
  readonly token: string;
}

/** A session that moved to a revision. */
export interface MovedSession {
  readonly sessionId: string;
  /** 0 where it was deleted. Another session may have begun under its id since. */
  readonly revision: number;
}

/** Hears which sessions moved, or, where the store cannot tell, undefined: any session may have. */
export type MoveListener = (moved: readonly MovedSession[] | undefined) => void;

/**
 * Keeps sessions: the log, the timeline, the errors, the keys and the runs.
 *
 * Several processes may share a store. A store makes these promises. It commits a batch
 * whole or not at all. It refuses a batch with ORDINAL_CONFLICT if the batch builds on
 * another revision or epoch than the stored ones. It refuses a batch with KEY_CLAIMED if
 * other work has one of its keys, and with RUN_EXISTS if a run that it starts is there
 * already. A refused batch changes nothing.
 */
export interface Store {
  /** The ids of the sessions with at least one commit, in an order that never changes. */
  sessions(range?: SessionRange): Promise<readonly string[]>;
  /** Where the session stands, or undefined if nothing was committed. */
  session(sessionId: string): Promise<StoredSession | undefined>;
  /** The session with its timeline, or undefined if nothing was committed. */
  load(sessionId: string): Promise<StoredTimeline | undefined>;
  /**
   * The tombstones of the session's timeline that are of events above an ordinal, in no order. Undefined if the store does
   * not have all of them any more: of many, it deletes the oldest, and with `replaceTimeline` all up to the cursor.
   */
  tombstones(sessionId: string, after: bigint): Promise<readonly StoredEntity[] | undefined>;
  /**
   * Writes a checkpoint of a session, in parts: nobody finds anything of it before all are written, and of one that is not
   * written whole, nothing stays. Moves no revision. A loss of power may take it. Resolves to the newest checkpoint at or
   * below its ordinal: another one, where that is not the one that its maker knows, or where somebody else is writing one.
   * Undefined if there is none, as in a session with another epoch or that is folded otherwise, or if the store cannot be
   * written to.
   *
   * Checkpoints end with the epoch of their timeline, unless a batch renews it without `replaceTimeline`.
   */
  writeCheckpoint(
    sessionId: string,
    checkpoint: NewCheckpoint,
    parts: AsyncIterable<readonly StoredEntity[]>,
  ): Promise<Checkpoint | undefined>;
  /** What the timeline was at the newest checkpoint at or below an ordinal. Undefined if there is none. */
  readCheckpoint(sessionId: string, ordinal: bigint): Promise<StoredPast | undefined>;
  /** Events in order. */
  events(sessionId: string, range?: StoredEventRange): Promise<readonly StoredEvent[]>;
  /** Errors in the order of their events, and of the names of their steps: at most one of an event and a step. */
  errors(sessionId: string, range?: ErrorRange): Promise<readonly StoredError[]>;
  /** The schemas of all names and versions that sessions have events or keys of. */
  descriptors(): Promise<readonly StoredDescriptor[]>;
  /** The names that sessions have events of, each once. */
  eventNames(): Promise<readonly string[]>;
  /**
   * Commits the batches, at most one for each session. The n-th outcome is undefined if the
   * n-th batch is durable. Otherwise it is the error that refused the batch. A refused batch
   * does not affect the others.
   */
  commit(batches: readonly SessionBatch[]): Promise<readonly (Error | undefined)[]>;
  /**
   * Whether a batch of the session was committed: for a commit whose outcome is not known.
   * The store can tell for a minute at least.
   */
  hasBatch(sessionId: string, batch: string): Promise<boolean>;
  /** An idempotency key, or undefined if nobody has it. */
  key(name: KeyName): Promise<StoredKey | undefined>;
  /**
   * Claims keys, so that no other process does the work under them. The n-th outcome is about the
   * n-th key. Moves no revision. Survives the end of the process, but a loss of power may take it.
   */
  claim(claims: readonly KeyClaim[]): Promise<readonly ClaimAnswer[]>;
  /**
   * Ends a claim: the work is done with this outcome. Without one, the key is free again; but
   * if the work has published something, it is done with that.
   * An outcome is durable when this resolves. Does nothing if the key has another claim.
   * Moves no revision.
   */
  settle(claim: ClaimedKey, outcome: KeyOutcome | undefined): Promise<void>;
  /**
   * Ends a claim on work that published something: its outcome is what it published. The
   * store may write this a moment later, as it could find it out again. Does nothing if the
   * key has another claim. Moves no revision.
   */
  finish(claim: ClaimedKey, published: KeyOutcome): Promise<void>;
  /**
   * Deletes the keys of work that began before a time, in milliseconds since the Unix epoch. Those of a process that is
   * alive and at work stay, and so do those in the space of a run (`runSpace`) that has not ended. Moves no revision.
   */
  forgetKeys(before: number): Promise<void>;
  /** A run of a session, or undefined if there is none of that id. */
  run(name: RunName): Promise<StoredRun | undefined>;
  /** Runs of a session, in the order in which they were started. */
  runs(sessionId: string, range?: RunRange): Promise<readonly StoredRun[]>;
  /**
   * Runs that have not ended and that no process works on: nobody took them, or their process gave
   * them up or left. Those that were started first come first.
   */
  freeRuns(range: FreeRunRange): Promise<readonly FreeRun[]>;
  /** The processes that have runs which have not ended, without those that left. */
  runOwners(): Promise<readonly RunOwner[]>;
  /** Gives up the runs of a process: they are free. Moves no revision: whoever takes them does. */
  releaseRuns(process: string): Promise<void>;
  /** Deletes the runs that ended before a time, in milliseconds since the Unix epoch. Moves no revision. */
  forgetRuns(before: number): Promise<void>;
  /**
   * Says that a process with claims or runs is alive. Resolves to whether the store took it for
   * alive until now: it does not the first time, nor when the process was taken for dead.
   */
  beat(process: string): Promise<boolean>;
  /** Says that a process is gone, with all its claims and runs. */
  leave(process: string): Promise<void>;
  /**
   * Takes a process for dead, only if the number of its heartbeats is still this one. From then on,
   * it counts as one that left, until its heart beats again.
   */
  bury(owner: RunOwner): Promise<void>;
  /**
   * Reads a session whole, as it is at one instant, in parts of bounded size: nothing, if nothing was
   * committed. Others write meanwhile. Ends of itself, or when its reader leaves off.
   */
  read(sessionId: string): AsyncIterable<SessionPart>;
  /**
   * Writes a session whole, in its first revision, with no entities: they follow from its events. Its runs
   * have no owner. Nobody finds anything of it before all parts are written. Where the parts throw, or the
   * process ends before, nothing stays of it. With `replace`, it takes the place of the session that is
   * there, which is deleted at that instant. The epoch of its first part must be new.
   * @throws SESSION_EXISTS without `replace`, if there is such a session, and what the parts throw.
   */
  write(sessionId: string, parts: AsyncIterable<SessionPart>, options: { readonly replace: boolean }): Promise<void>;
  /** Adds schemas of what is about to be written. */
  describe(descriptors: readonly StoredDescriptor[]): Promise<void>;
  /**
   * Deletes a session: its events, entities, errors, keys and runs. From one instant on, which is durable
   * when this resolves, nobody finds anything of it, and another session may begin under its id. Resolves
   * to whether there was such a session. If it fails, the session is as before or gone, and to call it
   * again removes what is left. What is shared with other sessions stays: descriptors and processes.
   */
  delete(sessionId: string): Promise<boolean>;
  /**
   * Calls the listener after each commit of another process, within 50 milliseconds, and after each session that is deleted
   * or written whole, whoever does it.
   * Returns a function that ends this.
   */
  watch(listener: MoveListener): () => void;
  close(): Promise<void>;
}
