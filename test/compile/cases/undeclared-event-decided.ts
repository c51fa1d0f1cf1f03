import {
  type ChatHandlers,
  ChatInferenceTrace,
  ChatMessage,
  ChatTokensDelta,
} from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";

export const handlers: ChatHandlers = {
  startInference() {},
  async stopInference({ decide, publish }) {
    await decide((view) => view.list(ChatMessage).map(({ messageId }) => ChatInferenceTrace.of({ note: messageId })));
    await publish([ChatInferenceTrace.of({ note: "1" })]);
    // error: 2322 'EventDraft<DescEvent<"ChatTokensDelta"
    await decide(() => [ChatTokensDelta.of({ messageId: "1" })]);
    // error: 2322 'EventDraft<DescEvent<"ChatTokensDelta"
    await publish([ChatTokensDelta.of({ messageId: "1" })]);
    // error: 2740 'Promise<never[]>'
    await decide(async () => []);
  },
};
