import type { ChatHandlers } from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";

// error: 2741 Property 'stopInference' is missing
export const handlers: ChatHandlers = {
  startInference() {},
};
