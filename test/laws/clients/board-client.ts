import type { TimelineView } from "@sessionstream/runtime";
import type { ClientFeature } from "@sessionstream/runtime/client";
import { type Client, connect } from "@sessionstream/runtime/client";
import { WebSocket } from "ws";
import { BoardNote, boardFeature } from "../../fixtures/board/board.js";
import type { Address } from "../../fixtures/board/serve.js";

type Board = typeof boardFeature;
type Project = NonNullable<ClientFeature<Board>["project"]>;
/** The fields of the UI events. */
interface Fields {
  readonly code?: string;
  readonly message?: string;
  readonly nonce?: string;
}

/** Folds the UI events of notes to what the board's timeline projection folds its events to. */
const project: Project = ({ name, payload }, view) => {
  const { code = "", message = "", nonce = "" } = payload as Fields;
  if (name === "BoardNoteSet") return [BoardNote.put({ code, message })];
  if (name === "BoardNoteAppended") {
    return [BoardNote.put({ code, message: (view.get(BoardNote, code)?.message ?? "") + message })];
  }
  if (name === "BoardNoteRemoved") return [BoardNote.delete(nonce)];
  return [];
};

/** The same, but it takes some events for others. */
const projectWrongly: Project = (event, view) => {
  const { code = "", message = "" } = event.payload as Fields;
  if (event.ordinal % 5n === 1n) return [BoardNote.delete("a"), BoardNote.put({ code: `wrong ${code}`, message })];
  if (event.ordinal % 5n === 2n) return [];
  return project(event, view);
};

/** A client of the board whose connections can be cut. */
export class BoardClient {
  readonly client: Client<Board>;
  readonly errors: string[] = [];
  readonly #webSockets: WebSocket[] = [];

  constructor(address: Address, { isWrong = false } = {}) {
    const all = this.#webSockets;
    this.client = connect<ClientFeature<Board>>(address.url, {
      features: [{ desc: boardFeature, project: isWrong ? projectWrongly : project }],
      webSocket: class extends WebSocket {
        constructor(url: string) {
          super(url, { ...address.options?.(), perMessageDeflate: false });
          all.push(this);
        }
      },
      reconnect: { first: 1, longest: 8 },
      onError: ({ message }) => this.errors.push(message),
    });
  }

  cut(): void {
    for (const webSocket of this.#webSockets.splice(0)) webSocket.terminate();
  }
}

/** The notes in their order, so that two timelines can be compared. */
export function notesIn(timeline: TimelineView<typeof BoardNote>): string {
  return timeline
    .list(BoardNote)
    .map(({ code, message }) => `${code}: ${message}`)
    .join("\n");
}
