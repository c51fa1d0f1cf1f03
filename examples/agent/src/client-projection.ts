import type { ClientFeature } from "@sessionstream/runtime/client";
import {
  type AgentClientProjection,
  AgentMessage,
  AgentToolCall,
  type agent,
  agentClientFeature,
} from "./gen/agent/v1/agent_sessionstream.js";

/** Keeps a client's messages and calls live. */
const projection: AgentClientProjection = {
  messageChanged: ({ payload: { message } }) => (message === undefined ? [] : [AgentMessage.put(message)]),
  textAppended({ payload: { messageId, chunk } }, view) {
    const message = view.get(AgentMessage, messageId);
    return [AgentMessage.put({ ...message, messageId, text: (message?.text ?? "") + chunk })];
  },
  toolCallChanged: ({ payload: { call } }) => (call === undefined ? [] : [AgentToolCall.put(call)]),
};

export const agentClient: ClientFeature<typeof agent> = agentClientFeature(projection);
