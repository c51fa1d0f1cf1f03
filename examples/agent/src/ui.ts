import { isMessage } from "@bufbuild/protobuf";
import type { TimelineChange } from "@sessionstream/runtime";
import {
  AgentMessage,
  AgentMessageChanged,
  AgentTextAppended,
  AgentToolCall,
  AgentToolCallChanged,
  type AgentUiProjection,
} from "./gen/agent/v1/agent_sessionstream.js";
import { timeline } from "./timeline.js";

/** What a client sees happen: the entities as they change, and of text only what is new. */
export const ui: AgentUiProjection = {
  asked: (event, view) => messagesIn(timeline.asked(event, view)),
  stepStarted: (event, view) => messagesIn(timeline.stepStarted(event, view)),
  textWritten: ({ payload: { messageId, chunk } }) => [AgentTextAppended.of({ messageId, chunk })],
  stepEnded: (event, view) => messagesIn(timeline.stepEnded(event, view)),
  toolCalled: (event, view) => callsIn(timeline.toolCalled(event, view)),
  toolDecided: (event, view) => callsIn(timeline.toolDecided(event, view)),
  toolStarted: (event, view) => callsIn(timeline.toolStarted(event, view)),
  toolEnded: (event, view) => callsIn(timeline.toolEnded(event, view)),
  toolInterrupted: (event, view) => callsIn(timeline.toolInterrupted(event, view)),
  toolRepeated: (event, view) => callsIn(timeline.toolRepeated(event, view)),
  answerEnded(event, view) {
    const changes = timeline.answerEnded(event, view);
    return [...messagesIn(changes), ...callsIn(changes)];
  },
};

type Change = TimelineChange<typeof AgentMessage> | TimelineChange<typeof AgentToolCall>;

function messagesIn(changes: readonly Change[]) {
  return changes.flatMap(({ payload }) =>
    isMessage(payload, AgentMessage.schema) ? [AgentMessageChanged.of({ message: payload })] : [],
  );
}

function callsIn(changes: readonly Change[]) {
  return changes.flatMap(({ payload }) =>
    isMessage(payload, AgentToolCall.schema) ? [AgentToolCallChanged.of({ call: payload })] : [],
  );
}
