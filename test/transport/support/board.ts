import {
  ErrorFrameSchema,
  PingFrameSchema,
  PongFrameSchema,
  SnapshotEntitySchema,
} from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import type { BackendEvent, Feature, TimelineChange, TimelineView, UiEvent } from "@sessionstream/runtime";
import { command, event, feature, timelineEntity, uiEvent } from "@sessionstream/runtime/codegen";

// A board of notes, whose UI events say enough to keep a copy of it. Its messages
// are frames, for want of others: a note's id is `code`, its text is `message`.

export const BoardClear = command("BoardClear", PingFrameSchema);

export const BoardSet = event("BoardSet", ErrorFrameSchema);
export const BoardAppended = event("BoardAppended", ErrorFrameSchema);
/** The note goes from `code` to `detail`: one ordinal with two UI events. */
export const BoardMoved = event("BoardMoved", ErrorFrameSchema);
export const BoardRemoved = event("BoardRemoved", PingFrameSchema);
/** Has no UI events. */
export const BoardTouched = event("BoardTouched", PongFrameSchema);
/** Carries an Any; the timeline keeps it where it is of the kind "kept". */
export const BoardAttached = event("BoardAttached", SnapshotEntitySchema);

export const BoardNoteSet = uiEvent("BoardNoteSet", ErrorFrameSchema);
export const BoardNoteAppended = uiEvent("BoardNoteAppended", ErrorFrameSchema);
export const BoardNoteRemoved = uiEvent("BoardNoteRemoved", PingFrameSchema);
export const BoardAttachmentShown = uiEvent("BoardAttachmentShown", SnapshotEntitySchema);

export const BoardNote = timelineEntity("BoardNote", ErrorFrameSchema, "code");
export const BoardAttachment = timelineEntity("BoardAttachment", SnapshotEntitySchema, "id");

export const boardFeature = feature("Board", {
  commands: [BoardClear],
  events: [BoardSet, BoardAppended, BoardMoved, BoardRemoved, BoardTouched, BoardAttached],
  uiEvents: [BoardNoteSet, BoardNoteAppended, BoardNoteRemoved, BoardAttachmentShown],
  timelineEntities: [BoardNote, BoardAttachment],
});

export const board: Feature = {
  desc: boardFeature,
  handle() {},
  ui: (backendEvent, view) => uiEventsOf(backendEvent as BoardEvent, view),
  timeline: (backendEvent, view) => changesOf(backendEvent as BoardEvent, view),
};

type BoardEvent = {
  [Name in (typeof boardFeature)["events"][number]["name"]]: BackendEvent<
    Extract<(typeof boardFeature)["events"][number], { name: Name }>
  >;
}[(typeof boardFeature)["events"][number]["name"]];

function uiEventsOf(backendEvent: BoardEvent, view: TimelineView): UiEvent[] {
  switch (backendEvent.name) {
    case "BoardSet":
      return [BoardNoteSet.of(backendEvent.payload)];
    case "BoardAppended":
      return [BoardNoteAppended.of(backendEvent.payload)];
    case "BoardMoved": {
      const { code, detail } = backendEvent.payload;
      const { message = "" } = view.get(BoardNote, code) ?? {};
      return [BoardNoteRemoved.of({ nonce: code }), BoardNoteSet.of({ code: detail, message })];
    }
    case "BoardRemoved":
      return [BoardNoteRemoved.of(backendEvent.payload)];
    case "BoardAttached":
      return [BoardAttachmentShown.of(backendEvent.payload)];
    case "BoardTouched":
      return [];
  }
}

function changesOf(backendEvent: BoardEvent, view: TimelineView): TimelineChange[] {
  switch (backendEvent.name) {
    case "BoardSet": {
      const { code, message } = backendEvent.payload;
      return [BoardNote.put({ code, message })];
    }
    case "BoardAppended": {
      const { code, message } = backendEvent.payload;
      return [BoardNote.put({ code, message: (view.get(BoardNote, code)?.message ?? "") + message })];
    }
    case "BoardMoved": {
      const { code, detail } = backendEvent.payload;
      const { message = "" } = view.get(BoardNote, code) ?? {};
      return [BoardNote.delete(code), BoardNote.put({ code: detail, message })];
    }
    case "BoardRemoved":
      return [BoardNote.delete(backendEvent.payload.nonce)];
    case "BoardAttached":
      return backendEvent.payload.kind === "kept" ? [BoardAttachment.put(backendEvent.payload)] : [];
    case "BoardTouched":
      return [];
  }
}
