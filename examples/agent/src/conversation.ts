import type { TimelineView } from "@sessionstream/runtime";
import { Role, Status, type ToolCallEntity, ToolState } from "./gen/agent/v1/agent_pb.js";
import { AgentMessage, AgentToolCall } from "./gen/agent/v1/agent_sessionstream.js";
import type { Conversation, DoneCall } from "./models/model.js";

/** The calls of tools in a message, in the order in which they are done. */
export function callsOf(view: TimelineView, messageId: string): readonly Readonly<ToolCallEntity>[] {
  return view.list(AgentToolCall).filter((call) => call.messageId === messageId);
}

/** What a model is told: all that was said so far, without the message that is being written. */
export function conversationOf(view: TimelineView): Conversation {
  return view.list(AgentMessage).flatMap(({ messageId, role, status, text }): Conversation => {
    if (role === Role.USER) return [{ role: "user", text }];
    if (status === Status.OPEN) return [];
    return [{ role: "assistant", text, calls: callsOf(view, messageId).map(doneCall) }];
  });
}

function doneCall({ callId, tool, arguments: given, state, output }: Readonly<ToolCallEntity>): DoneCall {
  const call = { callId, tool, arguments: given };
  if (state === ToolState.DONE) return { ...call, output, failed: false };
  return { ...call, output: instead[state] ?? output, failed: true };
}

/** Told of a call that has no result. */
const instead: Readonly<Partial<Record<ToolState, string>>> = {
  [ToolState.REFUSED]: "refused by a person",
  [ToolState.LEFT]: "interrupted, so nobody knows what came of it; a person wants it left at that",
  [ToolState.STOPPED]: "stopped by a person",
};
