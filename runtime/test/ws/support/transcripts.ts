import type { Frame } from "./client.js";

// The frames of the board, written out.

const type = (name: string) => `type.googleapis.com/sessionstream.v1.${name}`;

export const note = (code: string, message: string): Frame => ({
  "@type": type("ErrorFrame"),
  code,
  ...(message && { message }),
});

export const noteSet = (sessionId: string, ordinal: number, code: string, message: string): Frame => ({
  uiEvent: { sessionId, eventOrdinal: String(ordinal), name: "BoardNoteSet", payload: note(code, message) },
});

export const noteAppended = (sessionId: string, ordinal: number, code: string, message: string): Frame => ({
  uiEvent: { sessionId, eventOrdinal: String(ordinal), name: "BoardNoteAppended", payload: note(code, message) },
});

export const noteRemoved = (sessionId: string, ordinal: number, nonce: string): Frame => ({
  uiEvent: {
    sessionId,
    eventOrdinal: String(ordinal),
    name: "BoardNoteRemoved",
    payload: { "@type": type("PingFrame"), nonce },
  },
});

export const snapshot = (sessionId: string, ordinal: number, ...entities: Frame[]): Frame => ({
  snapshot: {
    sessionId,
    ...(ordinal && { snapshotOrdinal: String(ordinal) }),
    ...(entities.length > 0 && { entities }),
  },
});

/** What a client that resumes is given where it begins anew. */
export const reset = (reason: string, epoch: string, sessionId: string, ordinal: number, ...entities: Frame[]): Frame =>
  withMode({ mode: "SNAPSHOT_MODE_RESET", resetReason: reason, ...(epoch && { epoch }) }, sessionId, ordinal, entities);

/** What a client that resumes is given where it goes on. */
export const delta = (epoch: string, sessionId: string, ordinal: number, ...entities: Frame[]): Frame =>
  withMode({ mode: "SNAPSHOT_MODE_DELTA", epoch }, sessionId, ordinal, entities);

const withMode = (fields: Frame, sessionId: string, ordinal: number, entities: Frame[]): Frame => ({
  snapshot: { ...snapshot(sessionId, ordinal, ...entities).snapshot, ...fields },
});

export const noteTombstone = (code: string, created: number, last: number): Frame => {
  const { payload: _, ...entity } = noteEntity(code, "", created, last);
  return { ...entity, tombstone: true };
};

/** Where a timeline stops, in the first frame that a client that resumes is given. */
export const stopped = (stop: Frame, first: Frame): Frame => ({ snapshot: { ...first.snapshot, stop } });

export const noteEntity = (code: string, message: string, created: number, last: number, position = 0): Frame => ({
  kind: "BoardNote",
  id: code,
  createdOrdinal: String(created),
  lastEventOrdinal: String(last),
  ...(position && { position }),
  payload: note(code, message),
});

export const subscribed = (sessionId: string, since?: string): Frame => ({
  subscribed: { sessionId, ...(since && { sinceSnapshotOrdinal: since }) },
});

export const unsubscribed = (sessionId: string): Frame => ({ unsubscribed: { sessionId } });

export const error = (code: string, message: string, sessionId?: string): Frame => ({
  error: { code, message, ...(sessionId && { sessionId }) },
});

export const unreadable = error("bad_client_frame", "the message is not a ClientFrame in protobuf JSON");

/** The ordinals of UI events among frames. */
export function ordinalsOf(frames: readonly Frame[]): number[] {
  return frames.filter((frame) => frame.uiEvent).map((frame) => Number(frame.uiEvent.eventOrdinal));
}
