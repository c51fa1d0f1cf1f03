import type { StoredEntity } from "../store/stored.js";
import { type Entry, isAlive, type Slot, toStored } from "./entry.js";
import { TracedTimeline } from "./traced-timeline.js";

/** Where a timeline was, and what its entities were that changed since: undefined for those that are new. */
interface Mark {
  readonly cursor: bigint;
  readonly before: Map<Slot, Entry | undefined>;
}

/**
 * A timeline that knows which entities changed since a store was last given the changes,
 * and that can go back to where the store has it: a commit may fail.
 */
export class TrackedTimeline extends TracedTimeline {
  /** What the store was given and has not yet said to be durable. */
  #taken: Mark | undefined;
  /** Whether the store was given what was taken without its entities. */
  #isDeferred = false;
  /** What changed since the store was last given something. */
  #open: Mark = { cursor: this.cursor, before: new Map() };
  /** Changed by events that are durable, though the store does not have these entities yet. */
  readonly #owed = new Set<Slot>();
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
    return [...this.eachStored()];
  }

  /** The same, one by one, as they are asked for. */
  *eachStored(): Generator<StoredEntity> {
    const slots: Slot[] = [];
    this.forEachSlot((slot) => slots.push(slot));
    for (const slot of slots) if (isAlive(slot.entry)) yield this.#toStored(slot);
  }

  override get durableCursor(): bigint {
    return (this.#taken ?? this.#open).cursor;
  }

  protected override durableEntry(slot: Slot): Entry | undefined {
    const taken = this.#taken ?? this.#open;
    const { before } = taken.before.has(slot) ? taken : this.#open;
    return before.has(slot) ? before.get(slot) : slot.entry;
  }

  /** The last state of each entity that changed since the last call, for the store. */
  takeChanges(): StoredEntity[] {
    const taken = this.#take();
    this.#isDeferred = false;
    const changed = this.#owed.size === 0 ? taken.before.keys() : new Set([...this.#owed, ...taken.before.keys()]);
    return Array.from(changed, (slot) => this.#toStored(slot));
  }

  /** Takes the changes for events that are given to the store without them. It is given them with later ones. */
  deferChanges(): void {
    this.#take();
    this.#isDeferred = true;
  }

  /** Takes the changes for events that are given to the store without them. It is not given them later either. */
  passChanges(): void {
    this.#take();
    this.#isDeferred = false;
  }

  /** What was taken is durable. Tombstones leave the memory with it. */
  settled(): void {
    if (this.#isDeferred) {
      for (const slot of this.#taken?.before.keys() ?? []) this.#owed.add(slot);
      this.#taken = undefined;
      return;
    }
    for (const slot of this.#taken?.before.keys() ?? []) {
      if (!this.#open.before.has(slot)) super.changed(slot);
    }
    this.#taken = undefined;
    this.#forgetOwed();
  }

  /** Takes the events so far for durable. The store is given what they changed with the next changes. */
  owe(): void {
    for (const slot of this.#open.before.keys()) this.#owed.add(slot);
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
    for (const slot of this.#open.before.keys()) super.changed(slot);
    this.#open = this.#mark();
    this.#taken = undefined;
    this.#forgetOwed();
  }

  /** A tombstone stays until the store has it. */
  protected override changed(): void {}

  protected override changing(slot: Slot, isNew: boolean): void {
    super.changing(slot, isNew);
    const { before } = this.#group ?? this.#open;
    if (!before.has(slot)) before.set(slot, isNew ? undefined : slot.entry);
  }

  #toStored(slot: Slot): StoredEntity {
    const stored = toStored(slot.entry);
    this.weigh(slot, stored.payload?.length ?? 0);
    return stored;
  }

  #take(): Mark {
    const taken = this.#open;
    this.#open = this.#mark();
    if (this.#taken === undefined) this.#taken = taken;
    else keepOldest(this.#taken, taken);
    return taken;
  }

  #forgetOwed(): void {
    for (const slot of this.#owed) if (!this.#open.before.has(slot)) super.changed(slot);
    this.#owed.clear();
  }

  #mark(): Mark {
    return { cursor: this.cursor, before: new Map() };
  }

  #restore({ cursor, before }: Mark): void {
    for (const [slot, old] of before) {
      if (old === undefined) {
        this.forget(slot);
        this.untrace(slot);
      } else {
        slot.entry = old;
        this.remember(slot);
      }
    }
    this.cursor = cursor;
  }
}

/** Adds what changed later to what changed first. What was there first is what counts. */
function keepOldest(first: Mark, later: Mark): void {
  for (const [slot, old] of later.before) if (!first.before.has(slot)) first.before.set(slot, old);
}
