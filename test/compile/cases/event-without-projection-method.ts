import { ignore } from "@sessionstream/runtime";
import type { ChatTimelineProjection } from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";

// error: 2741 Property 'tokensDelta' is missing
export const timeline: ChatTimelineProjection = {
  userMessageAccepted: ignore,
  inferenceStarted: ignore,
  inferenceTrace: ignore,
  inferenceFinished: ignore,
  inferenceStopped: ignore,
};
