// The whole feature, with no mistake: what the other cases differ from.
import { ignore } from "@sessionstream/runtime";
import {
  ChatInferenceStarted,
  ChatMessage,
  ChatMessageAppended,
  ChatUserMessageAccepted,
  type ChatHandlers,
  type ChatTimelineProjection,
  type ChatUiProjection,
  chatFeature,
} from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";

const handlers: ChatHandlers = {
  async startInference({ payload, publish, background }) {
    await publish(ChatUserMessageAccepted, { messageId: "1", content: payload.prompt });
    background("1", async () => {
      await publish(ChatInferenceStarted, { messageId: "2" });
    });
  },
  stopInference({ session }) {
    session.abortBackground();
  },
};

const ui: ChatUiProjection = {
  userMessageAccepted: ignore,
  inferenceStarted: ignore,
  tokensDelta: ({ payload }) => [ChatMessageAppended.of({ messageId: payload.messageId, text: payload.chunk })],
  inferenceTrace: ignore,
  inferenceFinished: ignore,
  inferenceStopped: ignore,
};

const timeline: ChatTimelineProjection = {
  userMessageAccepted: ignore,
  inferenceStarted: ignore,
  tokensDelta({ payload }, view) {
    const message = view.get(ChatMessage, payload.messageId);
    return [ChatMessage.put({ ...message, messageId: payload.messageId, text: (message?.text ?? "") + payload.chunk })];
  },
  inferenceTrace: ignore,
  inferenceFinished: ({ payload }) => [ChatMessage.delete(payload.messageId)],
  inferenceStopped: ignore,
};

export const feature = chatFeature({ handlers, ui, timeline });
