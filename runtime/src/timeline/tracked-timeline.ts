import { toBinary } from "@bufbuild/protobuf";
import type { StoredEntity } from "../store/store.js";
import { type Entry, read } from "./entry.js";
import { Timeline } from "./timeline.js";

/** A timeline that knows which entities changed since a store was last given the changes. */
export class TrackedTimeline extends Timeline {
  readonly #changed = new Set<Entry>();
  /** What to undo, while several events are applied that go together. */
  #undo: (() => void)[] | undefined;

  /** From here on, until `commit`, all can be rolled back. */
  begin(): void {
    const { cursor } = this;
    this.#undo = [
      () => {
        this.cursor = cursor;
      },
    ];
  }

  commit(): void {
    this.#undo = undefined;
  }

  /** Brings the timeline to where it was at `begin`. */
  rollback(): void {
    for (const undo of this.#undo?.reverse() ?? []) undo();
    this.#undo = undefined;
  }

  /** All entities, for a store that is to have these and no others. */
  stored(): StoredEntity[] {
    return this.alive().map(toStored);
  }

  /**
   * The last state of each entity that changed since the last call, for the
   * store. Tombstones leave the memory with it.
   */
  takeChanges(): StoredEntity[] {
    const changes = [...this.#changed].map(toStored);
    this.dropChanges();
    return changes;
  }

  /** Forgets what changed, where it was stored whole. Tombstones leave the memory with it. */
  dropChanges(): void {
    for (const entry of this.#changed) super.changed(entry);
    this.#changed.clear();
  }

  /** A tombstone stays until the store is given it. */
  protected override changed(entry: Entry): void {
    this.#changed.add(entry);
  }

  protected override changing(entry: Entry, isNew: boolean): void {
    if (this.#undo === undefined) return;
    const before = { ...entry };
    const wasChanged = this.#changed.has(entry);
    this.#undo.push(() => {
      Object.assign(entry, before);
      if (isNew) this.forget(entry);
      if (!wasChanged) this.#changed.delete(entry);
    });
  }
}

function toStored(entry: Entry): StoredEntity {
  const { desc, kind, id, createdOrdinal, lastEventOrdinal } = entry;
  const payload = read(entry);
  return {
    kind,
    id,
    createdOrdinal,
    lastEventOrdinal,
    type: desc.schema.typeName,
    payload: payload && toBinary(desc.schema, payload),
  };
}
