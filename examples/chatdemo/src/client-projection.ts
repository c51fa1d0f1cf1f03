import type { ClientFeature } from "@sessionstream/runtime/client";
import { Role, Status } from "./gen/chat/v1/chat_pb.js";
import {
  type ChatClientProjection,
  ChatMessage,
  type chat,
  chatClientFeature,
} from "./gen/chat/v1/chat_sessionstream.js";

/** Keeps a client's messages live: what a UI event changes about them. */
const projection: ChatClientProjection = {
  messageAccepted: ({ payload: { messageId, role, text } }) => [
    ChatMessage.put({ messageId, role, status: Status.FINISHED, text }),
  ],
  messageStarted: ({ payload: { messageId } }) => [
    ChatMessage.put({ messageId, role: Role.ASSISTANT, status: Status.STREAMING }),
  ],
  messageAppended({ payload: { messageId, text } }, view) {
    const message = view.get(ChatMessage, messageId);
    return [ChatMessage.put({ ...message, messageId, text: (message?.text ?? "") + text })];
  },
  messageFinished: ({ payload: { messageId } }, view) => [
    ChatMessage.put({ ...view.get(ChatMessage, messageId), messageId, status: Status.FINISHED }),
  ],
  messageStopped: ({ payload: { messageId } }, view) => [
    ChatMessage.put({ ...view.get(ChatMessage, messageId), messageId, status: Status.STOPPED }),
  ],
};

export const chatClient: ClientFeature<typeof chat> = chatClientFeature(projection);
