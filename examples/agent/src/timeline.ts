import { Role, Status, ToolState } from "./gen/agent/v1/agent_pb.js";
import { AgentMessage, type AgentTimelineProjection, AgentToolCall } from "./gen/agent/v1/agent_sessionstream.js";

/** What stays: for people, for the model, and for a run that goes on after a crash. */
export const timeline: AgentTimelineProjection = {
  asked: ({ payload: { questionId, text, by } }) => [
    AgentMessage.put({ messageId: questionId, questionId, role: Role.USER, status: Status.OPEN, text, by }),
  ],
  stepStarted: ({ payload: { messageId, questionId, attempt } }) => [
    AgentMessage.put({
      messageId,
      questionId,
      role: Role.ASSISTANT,
      status: Status.OPEN,
      note: attempt === 1 ? "" : `attempt ${attempt}`,
    }),
  ],
  textWritten({ payload: { messageId, chunk } }, view) {
    const message = view.get(AgentMessage, messageId);
    return [AgentMessage.put({ ...message, messageId, text: (message?.text ?? "") + chunk })];
  },
  stepEnded: ({ payload: { messageId } }, view) => [
    AgentMessage.put({ ...view.get(AgentMessage, messageId), messageId, status: Status.DONE }),
  ],
  toolCalled: ({ payload: { callId, messageId, questionId, tool, arguments: given, needsApproval } }) => [
    AgentToolCall.put({
      callId,
      messageId,
      questionId,
      tool,
      arguments: given,
      state: needsApproval ? ToolState.ASKED : ToolState.APPROVED,
    }),
  ],
  toolDecided: ({ payload: { callId, approved, by } }, view) => [
    AgentToolCall.put({
      ...view.get(AgentToolCall, callId),
      callId,
      by,
      state: approved ? ToolState.APPROVED : ToolState.REFUSED,
    }),
  ],
  toolStarted: ({ payload: { callId } }, view) => [
    AgentToolCall.put({ ...view.get(AgentToolCall, callId), callId, state: ToolState.RUNNING }),
  ],
  toolEnded: ({ payload: { callId, output, failed } }, view) => [
    AgentToolCall.put({
      ...view.get(AgentToolCall, callId),
      callId,
      output,
      state: failed ? ToolState.FAILED : ToolState.DONE,
    }),
  ],
  toolInterrupted: ({ payload: { callId } }, view) => [
    AgentToolCall.put({ ...view.get(AgentToolCall, callId), callId, state: ToolState.INTERRUPTED }),
  ],
  toolRepeated: ({ payload: { callId, again, by } }, view) => [
    AgentToolCall.put({
      ...view.get(AgentToolCall, callId),
      callId,
      by,
      state: again ? ToolState.APPROVED : ToolState.LEFT,
    }),
  ],
  answerEnded({ payload: { questionId, status, reason } }, view) {
    const messages = view
      .list(AgentMessage)
      .filter((message) => message.questionId === questionId && message.status === Status.OPEN)
      .map((message) => {
        const note = message.messageId === questionId ? reason : message.note;
        return AgentMessage.put({ ...message, status, note });
      });
    const calls = view
      .list(AgentToolCall)
      .filter((call) => call.questionId === questionId && !over.has(call.state))
      .map((call) => AgentToolCall.put({ ...call, state: ToolState.STOPPED }));
    return [...messages, ...calls];
  },
};

/** States in which a call stays. */
const over: ReadonlySet<ToolState> = new Set([
  ToolState.DONE,
  ToolState.FAILED,
  ToolState.REFUSED,
  ToolState.LEFT,
  ToolState.STOPPED,
]);
