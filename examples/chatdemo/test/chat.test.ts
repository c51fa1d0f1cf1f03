import { Hub, isRejected, type Snapshot, type UiBatch } from "@sessionstream/runtime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Answer, echoAnswer } from "../src/answer.js";
import { chatApplication } from "../src/chat.js";
import { Role, Status } from "../src/gen/chat/v1/chat_pb.js";
import { ChatMessage, ChatStartInference } from "../src/gen/chat/v1/chat_sessionstream.js";
import { ChatService } from "../src/service.js";

let hub: Hub;
let chat: ChatService;
let batches: UiBatch[];
let errors: unknown[];

function start(answer: Answer): void {
  hub = new Hub({ features: [chatApplication(answer)], onError: ({ error }) => errors.push(error) });
  hub.subscribe((batch) => batches.push(batch));
  chat = new ChatService(hub);
}

beforeEach(() => {
  batches = [];
  errors = [];
  start(echoAnswer(0));
});

afterEach(() => hub.close({ abort: true }));

function messages(snapshot: Snapshot) {
  return snapshot.list(ChatMessage).map(({ role, status, text }) => ({ role, status, text }));
}

async function eventNames(sessionId: string): Promise<string[]> {
  return (await hub.events(sessionId)).map(({ name }) => name);
}

/** Answers with what the test gives it, and waits for more until it is aborted. */
function answerByHand() {
  const chunks: string[] = [];
  let wake = () => {};
  const answer: Answer = async function* (_prompt, signal) {
    for (;;) {
      const chunk = chunks.shift();
      if (chunk !== undefined) {
        yield chunk;
        continue;
      }
      await new Promise<void>((resolve, reject) => {
        wake = resolve;
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
    }
  };
  return {
    answer,
    write(chunk: string) {
      chunks.push(chunk);
      wake();
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(condition()).toBe(true);
}

describe("the chat demo", () => {
  test("a prompt gives a user message, inference started, deltas of 10 characters, finished", async () => {
    await chat.submitPrompt("s", "Explain ordinals");
    await chat.waitIdle("s");
    expect(await eventNames("s")).toEqual([
      "ChatUserMessageAccepted",
      "ChatInferenceStarted",
      "ChatTokensDelta",
      "ChatTokensDelta",
      "ChatTokensDelta",
      "ChatInferenceFinished",
    ]);
    const uiEvents = batches.flatMap(({ ordinal, events }) =>
      events.map(({ name, payload }) => [ordinal, name, "text" in payload ? payload.text : undefined]),
    );
    expect(uiEvents).toEqual([
      [1n, "ChatMessageAccepted", "Explain ordinals"],
      [2n, "ChatMessageStarted", ""],
      [3n, "ChatMessageAppended", "Answer: Ex"],
      [4n, "ChatMessageAppended", "plain ordi"],
      [5n, "ChatMessageAppended", "nals"],
      [6n, "ChatMessageFinished", ""],
    ]);
  });

  test("a prompt that is empty or too long is rejected, and leaves no trace", async () => {
    const rejections = await Promise.all(
      [" ", "x".repeat(20_001)].map((prompt) => chat.submitPrompt("s", prompt).catch((error: unknown) => error)),
    );
    expect(rejections).toMatchObject([
      { rejection: { code: "PROMPT_EMPTY", message: "write something first" } },
      { rejection: { code: "PROMPT_TOO_LONG", detail: { characters: 20_000 } } },
    ]);
    expect(rejections.every((error) => isRejected(error, ChatStartInference))).toBe(true);
    expect(await eventNames("s")).toEqual([]);
    expect(errors).toEqual([]);
    await chat.submitPrompt("s", "x".repeat(20_000));
  });

  test("the snapshot then has ordinal 6 and 2 entities for the prompt of its test", async () => {
    await chat.submitPrompt("s", "Explain ordinals");
    await chat.waitIdle("s");
    const snapshot = await chat.snapshot("s");
    expect(snapshot.ordinal).toBe(6n);
    expect(snapshot.entities.map(({ kind }) => kind)).toEqual(["ChatMessage", "ChatMessage"]);
    expect(messages(snapshot)).toEqual([
      { role: Role.USER, status: Status.FINISHED, text: "Explain ordinals" },
      { role: Role.ASSISTANT, status: Status.FINISHED, text: "Answer: Explain ordinals" },
    ]);
  });

  test("stop gives a stopped message with the text so far", async () => {
    await hub.close();
    const byHand = answerByHand();
    start(byHand.answer);
    await chat.submitPrompt("s", "Explain ordinals");
    byHand.write("Answer: Ex");
    await until(() => batches.some(({ events }) => events[0]?.name === "ChatMessageAppended"));
    await chat.stop("s");
    await chat.waitIdle("s");
    expect(messages(await chat.snapshot("s"))).toEqual([
      { role: Role.USER, status: Status.FINISHED, text: "Explain ordinals" },
      { role: Role.ASSISTANT, status: Status.STOPPED, text: "Answer: Ex" },
    ]);
    expect(batches.at(-1)?.events[0]?.name).toBe("ChatMessageStopped");
    expect(errors).toEqual([]);
  });

  test("stop leaves a trace, and nothing on the screen, when no answer is being written", async () => {
    await chat.stop("s");
    expect(await eventNames("s")).toEqual(["ChatInferenceTrace"]);
    expect((await chat.snapshot("s")).entities).toEqual([]);
    expect(batches).toEqual([]);
  });

  test("an answer that fails is stopped, and the failure is reported", async () => {
    await hub.close();
    start(async function* () {
      yield "Answer: Ex";
      throw new Error("the model is gone");
    });
    await chat.submitPrompt("s", "Explain ordinals");
    await chat.waitIdle("s");
    expect(messages(await chat.snapshot("s"))[1]).toEqual({
      role: Role.ASSISTANT,
      status: Status.STOPPED,
      text: "Answer: Ex",
    });
    expect(errors).toEqual([new Error("the model is gone")]);
  });

  test("two prompts at once are answered side by side in one order", async () => {
    await Promise.all([chat.submitPrompt("s", "one"), chat.submitPrompt("s", "two")]);
    await chat.waitIdle("s");
    const texts = messages(await chat.snapshot("s")).map(({ text }) => text);
    expect(texts.sort()).toEqual(["Answer: one", "Answer: two", "one", "two"]);
    const ordinals = (await hub.events("s")).map(({ ordinal }) => ordinal);
    expect(ordinals).toEqual(ordinals.map((_, index) => BigInt(index + 1)));
  });
});
