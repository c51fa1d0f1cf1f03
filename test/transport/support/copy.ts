import type { Snapshot } from "@sessionstream/runtime";
import { BoardNote } from "./board.js";
import type { Frame } from "./client.js";

/** A snapshot that a client had, and the ordinals of the UI events that followed it. */
export interface Hydration {
  readonly ordinal: number;
  readonly events: number[];
}

/**
 * What a client shows of a session: its snapshot and what the UI events say
 * since. It refuses a UI event without a snapshot, and a snapshot of the past.
 */
export class Copy {
  readonly notes = new Map<string, string>();
  readonly hydrations: Hydration[] = [];
  ordinal = 0;

  apply(frame: Frame): void {
    if (frame.snapshot) this.#start(frame.snapshot);
    else if (frame.uiEvent) this.#take(frame.uiEvent);
    else if (frame.error) throw new Error(`unexpected error frame ${JSON.stringify(frame.error)}`);
  }

  #start({ snapshotOrdinal = "0", entities = [] }: Frame): void {
    const ordinal = Number(snapshotOrdinal);
    if (ordinal < this.ordinal) throw new Error(`got a snapshot of ${ordinal} at ${this.ordinal}`);
    this.ordinal = ordinal;
    this.hydrations.push({ ordinal, events: [] });
    this.notes.clear();
    for (const { id, payload } of entities) this.notes.set(id, payload.message ?? "");
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
