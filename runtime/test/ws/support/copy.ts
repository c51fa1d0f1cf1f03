import type { Snapshot } from "@sessionstream/runtime";
import { BoardNote } from "../../../../test/fixtures/board/board.js";
import type { Frame } from "./client.js";

/** A snapshot or delta that a client had, and the ordinals of the UI events that followed it. */
export interface Hydration {
  readonly ordinal: number;
  readonly events: number[];
  /** Undefined where the client did not ask with `resume`. */
  readonly mode: string | undefined;
}

/**
 * What a client shows of a session: its snapshot and what the UI events say
 * since. It refuses a UI event without a snapshot, a snapshot of the past unless
 * the timeline may stand, a delta without what it adds to, and frames of a
 * snapshot that do not follow each other.
 */
export class Copy {
  readonly notes = new Map<string, string>();
  readonly hydrations: Hydration[] = [];
  ordinal = 0;
  epoch = "";
  readonly #mayStand: boolean;
  /** The frames of a snapshot whose last frame is still to come. */
  #pages: Frame[] = [];

  constructor({ mayStand = false } = {}) {
    this.#mayStand = mayStand;
  }

  /** The ordinal of the last snapshot or delta. */
  get since(): number {
    return this.hydrations.at(-1)?.ordinal ?? 0;
  }

  /** The connection is gone, and with it what was still to come. */
  cut(): void {
    this.#pages = [];
  }

  apply(frame: Frame): void {
    if (frame.snapshot) this.#collect(frame.snapshot);
    else if (this.#pages.length > 0) throw new Error(`got ${JSON.stringify(frame)} between the frames of a snapshot`);
    else if (frame.uiEvent) this.#take(frame.uiEvent);
    else if (frame.error) throw new Error(`unexpected error frame ${JSON.stringify(frame.error)}`);
  }

  #collect(snapshot: Frame): void {
    const { page = 0, more = false, epoch, mode, snapshotOrdinal } = snapshot;
    const [first = snapshot] = this.#pages;
    const isOfOne = first.epoch === epoch && first.mode === mode && first.snapshotOrdinal === snapshotOrdinal;
    if (page !== this.#pages.length || !isOfOne) {
      throw new Error(`got frame ${page} of a snapshot after ${this.#pages.length} frames`);
    }
    this.#pages.push(snapshot);
    if (more) return;
    const entities = this.#pages.flatMap((each) => each.entities ?? []);
    this.#pages = [];
    this.#start(snapshot, entities);
  }

  #start({ snapshotOrdinal = "0", mode, epoch = "", resetReason }: Frame, entities: readonly Frame[]): void {
    const ordinal = Number(snapshotOrdinal);
    const mayBeOld = this.#mayStand && mode !== "SNAPSHOT_MODE_DELTA";
    if (ordinal < this.ordinal && !mayBeOld) throw new Error(`got a snapshot of ${ordinal} at ${this.ordinal}`);
    if (mode !== "SNAPSHOT_MODE_DELTA") {
      this.notes.clear();
    } else if (this.epoch === "" || this.epoch !== epoch || resetReason !== undefined) {
      throw new Error(`got a delta of epoch "${epoch}" at epoch "${this.epoch}"`);
    }
    if ((mode === "SNAPSHOT_MODE_RESET") !== (resetReason !== undefined)) throw new Error("got a reason for no reset");
    this.ordinal = ordinal;
    this.epoch = epoch;
    this.hydrations.push({ ordinal, events: [], mode });
    for (const { kind, id, tombstone, payload } of entities) {
      if (kind !== "BoardNote") continue;
      if (tombstone) this.notes.delete(id);
      else this.notes.set(id, payload.message ?? "");
    }
  }

  #take({ eventOrdinal, name, payload }: Frame): void {
    const hydration = this.hydrations.at(-1);
    if (hydration === undefined) throw new Error(`got ${name} of ${eventOrdinal} without a snapshot`);
    this.ordinal = Number(eventOrdinal);
    hydration.events.push(this.ordinal);
    const { code = "", message = "", nonce = "" } = payload;
    if (name === "BoardNoteSet") this.notes.set(code, message);
    else if (name === "BoardNoteAppended") this.notes.set(code, (this.notes.get(code) ?? "") + message);
    else if (name === "BoardNoteRemoved") this.notes.delete(nonce);
  }
}

/** The notes of a snapshot, to compare copies with. */
export function notesOf(snapshot: Snapshot): Map<string, string> {
  return new Map(snapshot.list(BoardNote).map(({ code, message }) => [code, message]));
}
