import { ignore } from "@sessionstream/runtime";
import { ChatMessageStopped, type ChatUiProjection } from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";

export const ui: ChatUiProjection = {
  userMessageAccepted: ignore,
  inferenceStarted: ignore,
  // error: 2322 'UiEvent<DescUiEvent<"ChatMessageStopped"
  tokensDelta: ({ payload }) => [ChatMessageStopped.of({ messageId: payload.messageId })],
  inferenceTrace: ignore,
  inferenceFinished: ignore,
  inferenceStopped: ignore,
};
