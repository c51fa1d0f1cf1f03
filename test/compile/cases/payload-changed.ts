import type { ChatHandlers } from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";

export const handlers: ChatHandlers = {
  startInference({ payload }) {
    // error: 2540 Cannot assign to 'prompt' because it is a read-only property
    payload.prompt = "another";
  },
  stopInference() {},
};
