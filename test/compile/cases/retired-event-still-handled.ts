import { ignore } from "@sessionstream/runtime";
import type { ChatUiProjection } from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";

export const ui: ChatUiProjection = {
  userMessageAccepted: ignore,
  inferenceStarted: ignore,
  tokensDelta: ignore,
  inferenceTrace: ignore,
  inferenceFinished: ignore,
  inferenceStopped: ignore,
  // error: 2353 'inferencePaused' does not exist in type 'ChatUiProjection'
  inferencePaused: ignore,
};
