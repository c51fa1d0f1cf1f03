// Frames in protobuf JSON, written out as a server of another make would write them.

export interface PlainMessage {
  readonly messageId: string;
  readonly role?: "ROLE_USER" | "ROLE_ASSISTANT";
  readonly status?: "STATUS_STREAMING" | "STATUS_FINISHED" | "STATUS_STOPPED";
  readonly text?: string;
}

export function entity(ordinal: number, message: PlainMessage) {
  return {
    kind: "ChatMessage",
    id: message.messageId,
    createdOrdinal: String(ordinal),
    lastEventOrdinal: String(ordinal),
    payload: { "@type": "type.googleapis.com/chat.v1.ChatMessageEntity", ...message },
  };
}

export function snapshot(sessionId: string, ordinal: number, entities: readonly unknown[] = []) {
  return { snapshot: { sessionId, snapshotOrdinal: String(ordinal), entities } };
}

/** One frame of a snapshot for a client that resumes. */
export function reset(ordinal: number, reason: string, epoch: string, entities: readonly unknown[] = [], page?: Page) {
  const mode = "SNAPSHOT_MODE_RESET";
  return { snapshot: { ...snapshot("s", ordinal, entities).snapshot, mode, resetReason: reason, epoch, ...page } };
}

/** One frame of a delta. */
export function delta(ordinal: number, epoch: string, entities: readonly unknown[] = [], page?: Page) {
  return { snapshot: { ...snapshot("s", ordinal, entities).snapshot, mode: "SNAPSHOT_MODE_DELTA", epoch, ...page } };
}

interface Page {
  readonly page?: number;
  readonly more?: boolean;
}

export function tombstone(ordinal: number, messageId: string) {
  const { payload: _, ...rest } = entity(ordinal, { messageId });
  return { ...rest, tombstone: true };
}

export function uiEvent(sessionId: string, ordinal: number, name: string, update: PlainMessage) {
  const payload = { "@type": "type.googleapis.com/chat.v1.ChatMessageUpdate", ...update };
  return { uiEvent: { sessionId, eventOrdinal: String(ordinal), name, payload } };
}

export function appended(sessionId: string, ordinal: number, text: string, messageId = "m") {
  return uiEvent(sessionId, ordinal, "ChatMessageAppended", { messageId, role: "ROLE_ASSISTANT", text });
}

export function errorFrame(sessionId: string, code: string) {
  return { error: { sessionId, code, message: "no" } };
}
