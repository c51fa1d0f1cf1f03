import { type ChatHandlers, ChatTokensDelta } from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";

export const handlers: ChatHandlers = {
  startInference() {},
  async stopInference({ publish }) {
    // error: 2345 'DescEvent<"ChatTokensDelta"
    await publish(ChatTokensDelta, { messageId: "1" });
  },
};
