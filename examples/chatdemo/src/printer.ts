import { isMessage, toJsonString } from "@bufbuild/protobuf";
import { SnapshotFrameSchema, UiEventFrameSchema } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import type { SchemaRegistry, Snapshot, UiBatch } from "@sessionstream/runtime";
import { snapshotFrame, uiEventFrames } from "@sessionstream/runtime/frames";
import { ChatMessageUpdateSchema, Role, Status } from "./gen/chat/v1/chat_pb.js";
import { ChatMessage } from "./gen/chat/v1/chat_sessionstream.js";

/** How the demo shows what happens. */
export interface Printer {
  uiEvents(batch: UiBatch): void;
  snapshot(snapshot: Snapshot): void;
  note(text: string): void;
}

/** One protobuf JSON object a line, and nothing else. */
export function jsonPrinter(registry: SchemaRegistry): Printer {
  const json = { registry: registry.protobuf };
  return {
    uiEvents(batch) {
      for (const frame of uiEventFrames(batch)) console.log(toJsonString(UiEventFrameSchema, frame, json));
    },
    snapshot(snapshot) {
      console.log(toJsonString(SnapshotFrameSchema, snapshotFrame(registry, snapshot), json));
    },
    note() {},
  };
}

/** For people. */
export function textPrinter(): Printer {
  return {
    uiEvents({ ordinal, events }) {
      for (const { name, payload } of events) {
        if (!isMessage(payload, ChatMessageUpdateSchema)) continue;
        const { role, text } = payload;
        console.log(
          `${String(ordinal).padStart(5)}  ${name.padEnd(20)} ${roleName(role).padEnd(10)} ${text}`.trimEnd(),
        );
      }
    },
    snapshot(snapshot) {
      console.log(`\nSnapshot of session "${snapshot.sessionId}" at ordinal ${snapshot.ordinal}`);
      for (const { role, status, text } of snapshot.list(ChatMessage)) {
        console.log(`       ${roleName(role).padEnd(10)} ${statusName(status).padEnd(10)} ${text}`);
      }
    },
    note: (text) => console.log(text),
  };
}

function roleName(role: Role): string {
  return Role[role]?.toLowerCase() ?? String(role);
}

function statusName(status: Status): string {
  return Status[status]?.toLowerCase() ?? String(status);
}
