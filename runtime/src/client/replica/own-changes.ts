import type { TimelineChange } from "../../schema/timeline-entity.js";
import type { StoredEntity } from "../../store/stored.js";
import type { Timeline } from "../../timeline/timeline.js";

/**
 * Which entities the client projections changed since the last snapshot or
 * delta. The next delta must have all of them: what it does not have, the
 * server's projections left alone, and so the copy of it here is wrong.
 */
export class OwnChanges {
  /** Whether each was there when the snapshot or delta came. */
  readonly #wasThere = new Map<string, boolean>();

  /** Notes what is about to be applied to the timeline. */
  note(changes: readonly TimelineChange[], timeline: Timeline): void {
    for (const { entity, id, payload } of changes) {
      const key = keyOf(entity.name, id);
      const wasThere = this.#wasThere.get(key) ?? timeline.has(entity.name, id);
      // What came and went leaves nothing behind, here neither.
      if (payload === undefined && !wasThere) this.#wasThere.delete(key);
      else this.#wasThere.set(key, wasThere);
    }
  }

  /** Begins anew, and says what was noted that is not among these. */
  takeOthers(entities: readonly StoredEntity[]): string[] {
    for (const { kind, id } of entities) this.#wasThere.delete(keyOf(kind, id));
    const others = [...this.#wasThere.keys()];
    this.#wasThere.clear();
    return others;
  }

  clear(): void {
    this.#wasThere.clear();
  }
}

/** Unique, because the name of a kind has neither spaces nor quotes. */
function keyOf(kind: string, id: string): string {
  return `${kind} "${id}"`;
}
