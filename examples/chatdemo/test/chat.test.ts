import { atEachAwait, effect, fold, given, like } from "@sessionstream/runtime/testing";
import { describe, expect, test } from "vitest";
import { type Answer, echoAnswer } from "../src/answer.js";
import { chatApplication } from "../src/chat.js";
import { Role, Status } from "../src/gen/chat/v1/chat_pb.js";
import {
  ChatInference,
  ChatInferenceFinished,
  ChatInferenceStarted,
  ChatInferenceStopped,
  ChatInferenceTrace,
  ChatMessage,
  ChatMessageAccepted,
  ChatMessageAppended,
  ChatMessageFinished,
  ChatMessageStarted,
  ChatMessageStopped,
  ChatStartInference,
  ChatStopInference,
  ChatTokensDelta,
  ChatUserMessageAccepted,
} from "../src/gen/chat/v1/chat_sessionstream.js";

const chat = chatApplication(echoAnswer(0));
const prompt = "Explain ordinals";

/** Begins to answer, and then waits until it is stopped. */
const endless: Answer = async function* (_prompt, signal) {
  yield "Answer: Ex";
  await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
};

/** The messages of a prompt that was answered so far. */
const messages = (status: Status, text: string) => [
  like(ChatMessage, { role: Role.USER, status: Status.FINISHED, text: prompt }),
  like(ChatMessage, { role: Role.ASSISTANT, status, text }),
];

describe("a prompt", () => {
  test("is accepted and answered, in deltas of 10 characters", async () => {
    const { timeline } = await given(chat)
      .when(ChatStartInference, { prompt })
      .published([
        like(ChatUserMessageAccepted, { content: prompt }),
        like(ChatInferenceStarted, { prompt }),
        like(ChatTokensDelta, { chunk: "Answer: Ex" }),
        like(ChatTokensDelta, { chunk: "plain ordi" }),
        like(ChatTokensDelta, { chunk: "nals" }),
        ChatInferenceFinished,
      ])
      .told([
        like(ChatMessageAccepted, { role: Role.USER, text: prompt }),
        like(ChatMessageStarted, { role: Role.ASSISTANT, text: "" }),
        like(ChatMessageAppended, { text: "Answer: Ex" }),
        like(ChatMessageAppended, { text: "plain ordi" }),
        like(ChatMessageAppended, { text: "nals" }),
        like(ChatMessageFinished, { role: Role.ASSISTANT }),
      ])
      .showing(messages(Status.FINISHED, "Answer: Explain ordinals"));
    expect([timeline.ordinal, timeline.entities.length]).toEqual([6n, 2]);
  });

  test("that is empty or too long is rejected", async () => {
    await given(chat).when(ChatStartInference, { prompt: " " }).rejectedWith("PROMPT_EMPTY");
    await given(chat)
      .when(ChatStartInference, { prompt: "x".repeat(20_001) })
      .rejectedWith("PROMPT_TOO_LONG", { characters: 20_000 });
    await given(chat).when(ChatStartInference, { prompt: "x".repeat(20_000) }, { until: ChatInferenceStarted });
  });

  test("whose answer fails is stopped, and the failure is reported", () =>
    given(
      chatApplication(async function* () {
        yield "Answer: Ex";
        throw new Error("the model is gone");
      }),
    )
      .when(ChatStartInference, { prompt })
      .published([ChatUserMessageAccepted, ChatInferenceStarted, ChatTokensDelta, ChatInferenceStopped])
      .reported(/^the model is gone$/)
      .showing(messages(Status.STOPPED, "Answer: Ex")));

  test("is answered beside another one, in one order", async () => {
    const { events, timeline } = await given(chat)
      .when(ChatStartInference, { prompt: "one" }, { until: ChatInferenceStarted })
      .when(ChatStartInference, { prompt: "two" })
      .showing(["one", "two"].map((text) => like(ChatMessage, { text: `Answer: ${text}`, status: Status.FINISHED })));
    expect(timeline.list(ChatMessage)).toHaveLength(4);
    const ordinals = events.map(({ ordinal }) => ordinal);
    expect(ordinals).toEqual(ordinals.map((_, index) => (ordinals[0] ?? 0n) + BigInt(index)));
  });
});

describe("an answer whose process dies", () => {
  test("is whole, at whichever await that was", () =>
    atEachAwait((crash) =>
      given(chat, [], { crash })
        .when(ChatStartInference, { prompt })
        .published([
          ChatUserMessageAccepted,
          ChatInferenceStarted,
          like(ChatTokensDelta, { chunk: "Answer: Ex" }),
          like(ChatTokensDelta, { chunk: "plain ordi" }),
          like(ChatTokensDelta, { chunk: "nals" }),
          ChatInferenceFinished,
        ])
        .showing(messages(Status.FINISHED, "Answer: Explain ordinals"))
        .ended("completed")
        .repeated([]),
    ));

  test("goes on in the middle of a piece, if the next attempt gets other pieces", async () => {
    let times = 0;
    const answer: Answer = async function* () {
      yield* times++ === 0 ? ["Answer: Ex", "plain"] : ["Answer", ": Explain"];
    };
    await given(chatApplication(answer))
      .when(ChatStartInference, { prompt }, { crash: { after: ChatTokensDelta } })
      .showing(messages(Status.STREAMING, "Answer: Ex"))
      .whenTakenOver()
      .published([like(ChatTokensDelta, { chunk: "plain" }), ChatInferenceFinished])
      .showing(messages(Status.FINISHED, "Answer: Explain"));
  });

  test("asks the model again, and can be stopped", () => {
    const model = effect<Answer>("model", async function* (_prompt, signal) {
      yield "Answer: Ex";
      yield "plain";
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    return given(chatApplication(model))
      .when(ChatStartInference, { prompt }, { crash: { after: ChatTokensDelta } })
      .did([model.of(prompt)])
      .whenTakenOver({ until: ChatTokensDelta })
      .did([model.of(prompt)])
      .repeated([model])
      .when(ChatStopInference, {})
      .published([ChatInferenceStopped])
      .ended("cancelled", ChatInference)
      .showing(messages(Status.STOPPED, "Answer: Explain"));
  });
});

describe("stop", () => {
  test("gives a stopped message with the text so far", () =>
    given(chatApplication(endless))
      .when(ChatStartInference, { prompt }, { until: ChatTokensDelta })
      .when(ChatStopInference, {})
      .published([ChatInferenceStopped])
      .told([ChatMessageStopped])
      .showing(messages(Status.STOPPED, "Answer: Ex")));

  test("leaves a trace, and nothing on the screen, when no answer is being written", async () => {
    const { timeline } = await given(chat)
      .when(ChatStopInference, {})
      .published([ChatInferenceTrace.of({ note: "stop: no answer was being written" })])
      .told([]);
    expect(timeline.entities).toEqual([]);
  });
});

test("deltas of several messages are kept apart", () => {
  const delta = (messageId: string, chunk: string) => ChatTokensDelta.of({ messageId, chunk });
  fold(chat, [delta("1", "a"), delta("2", "b"), delta("1", "c")])
    .told([
      like(ChatMessageAppended, { messageId: "1", text: "a" }),
      like(ChatMessageAppended, { messageId: "2", text: "b" }),
      like(ChatMessageAppended, { messageId: "1", text: "c" }),
    ])
    .showing([like(ChatMessage, { messageId: "1", text: "ac" }), like(ChatMessage, { messageId: "2", text: "b" })]);
});
