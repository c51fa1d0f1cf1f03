import { ChatMessage, type ChatClient, ChatStartInference, ChatTokensDelta } from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";

export async function use(client: ChatClient): Promise<void> {
  await client.submit(ChatStartInference, { prompt: "hello" });
  // error: 2345 'DescEvent<"ChatTokensDelta"
  await client.submit(ChatTokensDelta, {});
  // error: 2345 'DescEvent<"ChatTokensDelta"
  client.on(ChatTokensDelta, () => {});
  const snapshot = await client.snapshot();
  // error: 2345 'number' is not assignable to parameter of type 'string'
  snapshot.get(ChatMessage, 1);
}
