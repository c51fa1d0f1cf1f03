import { toBinary } from "@bufbuild/protobuf";
import type { StoredEntity } from "../store/stored.js";
import { type Entry, read } from "./entry.js";
import { Timeline } from "./timeline.js";

/** Where a timeline was, and what its entities were that changed since: undefined for those that are new. */
interface Mark {
  readonly cursor: bigint;
  readonly before: Map<Entry, Entry | undefined>;
}

/**
 * A timeline that knows which entities changed since a store was last given the changes,
 * and that can go back to where the store has it: a commit may fail.
 */
export class TrackedTimeline extends Timeline {
  /** What the store was given and has not yet said to be durable. */
  #taken: Mark | undefined;
  /** Whether the store was given what was taken without its entities. */
  #isDeferred = false;
  /** What changed since the store was last given something. */
  #open: Mark = { cursor: this.cursor, before: new Map() };
  /** Changed by events that are durable, though the store does not have these entities yet. */
  readonly #owed = new Set<Entry>();
  /** What changed since `begin`, of events that go together. */
  #group: Mark | undefined;

  /** From here on, until `commit`, all can be rolled back. */
  begin(): void {
    this.#group = this.#mark();
  }

  commit(): void {
    const group = this.#group;
    this.#group = undefined;
    if (group !== undefined) keepOldest(this.#open, group);
  }

  /** Brings the timeline to where it was at `begin`. */
  rollback(): void {
    if (this.#group !== undefined) this.#restore(this.#group);
    this.#group = undefined;
  }

  /** All entities, for a store that is to have these and no others. */
  stored(): StoredEntity[] {
    return this.alive().map(toStored);
  }

  /** The last state of each entity that changed since the last call, for the store. */
  takeChanges(): StoredEntity[] {
    const taken = this.#take();
    this.#isDeferred = false;
    const changed = this.#owed.size === 0 ? taken.before.keys() : new Set([...this.#owed, ...taken.before.keys()]);
    return Array.from(changed, toStored);
  }

  /** Takes the changes for events that are given to the store without them. It is given them with later ones. */
  deferChanges(): void {
    this.#take();
    this.#isDeferred = true;
  }

  /** What was taken is durable. Tombstones leave the memory with it. */
  settled(): void {
    if (this.#isDeferred) {
      for (const entry of this.#taken?.before.keys() ?? []) this.#owed.add(entry);
      this.#taken = undefined;
      return;
    }
    for (const entry of this.#taken?.before.keys() ?? []) {
      if (!this.#open.before.has(entry)) super.changed(entry);
    }
    this.#taken = undefined;
    this.#forgetOwed();
  }

  /** Takes the events so far for durable. The store is given what they changed with the next changes. */
  owe(): void {
    for (const entry of this.#open.before.keys()) this.#owed.add(entry);
    this.#open = this.#mark();
  }

  /** Brings the timeline to where the store has it, and forgets what was not durable. */
  revert(): void {
    this.rollback();
    this.#restore(this.#open);
    if (this.#taken !== undefined) this.#restore(this.#taken);
    this.#taken = undefined;
    this.#open = this.#mark();
  }

  /** Takes all that changed for durable, where it was stored whole or by another process. */
  dropChanges(): void {
    for (const entry of this.#open.before.keys()) super.changed(entry);
    this.#open = this.#mark();
    this.#taken = undefined;
    this.#forgetOwed();
  }

  /** A tombstone stays until the store has it. */
  protected override changed(): void {}

  protected override changing(entry: Entry, isNew: boolean): void {
    const { before } = this.#group ?? this.#open;
    if (!before.has(entry)) before.set(entry, isNew ? undefined : { ...entry });
  }

  #take(): Mark {
    const taken = this.#open;
    this.#open = this.#mark();
    if (this.#taken === undefined) this.#taken = taken;
    else keepOldest(this.#taken, taken);
    return taken;
  }

  #forgetOwed(): void {
    for (const entry of this.#owed) if (!this.#open.before.has(entry)) super.changed(entry);
    this.#owed.clear();
  }

  #mark(): Mark {
    return { cursor: this.cursor, before: new Map() };
  }

  #restore({ cursor, before }: Mark): void {
    for (const [entry, old] of before) {
      if (old === undefined) this.forget(entry);
      else this.remember(Object.assign(entry, old));
    }
    this.cursor = cursor;
  }
}

/** Adds what changed later to what changed first. What was there first is what counts. */
function keepOldest(first: Mark, later: Mark): void {
  for (const [entry, old] of later.before) if (!first.before.has(entry)) first.before.set(entry, old);
}

function toStored(entry: Entry): StoredEntity {
  const { desc, kind, id, createdOrdinal, position, lastEventOrdinal } = entry;
  const payload = read(entry);
  return {
    kind,
    id,
    createdOrdinal,
    position,
    lastEventOrdinal,
    type: desc.schema.typeName,
    payload: payload && toBinary(desc.schema, payload),
  };
}
