import { Hub, memoryStore } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { chatApplication, stopInterrupted } from "../src/chat.js";
import { Status } from "../src/gen/chat/v1/chat_pb.js";
import { ChatMessage } from "../src/gen/chat/v1/chat_sessionstream.js";
import { ChatService } from "../src/service.js";

test("a message that a killed process was writing does not stream for ever", async () => {
  const store = memoryStore();
  const crashed = new Hub({
    features: [
      chatApplication(async function* () {
        yield "so far";
        await new Promise(() => {});
      }),
    ],
    store,
  });
  await new ChatService(crashed).submitPrompt("s", "hello");
  await expect.poll(async () => (await crashed.snapshot("s")).ordinal).toBe(3n);
  // The first hub is left as a killed process leaves it: never closed.

  const chat = { ...chatApplication(async function* () {}), opened: stopInterrupted };
  const hub = new Hub({ features: [chat], store });
  await hub.hydrate("s");
  await hub.waitIdle("s");
  const [, answer] = (await hub.snapshot("s")).list(ChatMessage);
  expect(answer).toMatchObject({ text: "so far", status: Status.STOPPED });
  await hub.close();
});
