import { type ChatHandlers, ChatUserMessageAccepted } from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";

export const handlers: ChatHandlers = {
  async startInference({ publish }) {
    // error: 2561 'messageID' does not exist in type
    await publish(ChatUserMessageAccepted, { messageID: "1" });
    // error: 2322 Type 'number' is not assignable to type 'string'
    await publish(ChatUserMessageAccepted, { messageId: 1 });
  },
  stopInference() {},
};
