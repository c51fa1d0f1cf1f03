import { randomUUID } from "node:crypto";
import { type Feature, ignore } from "@sessionstream/runtime";
import type { Answer } from "./answer.js";
import { Role, Status } from "./gen/chat/v1/chat_pb.js";
import {
  type ChatHandlers,
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
  type ChatRuns,
  type ChatTimelineProjection,
  ChatTokensDelta,
  type ChatUiProjection,
  ChatUserMessageAccepted,
  chatFeature,
} from "./gen/chat/v1/chat_sessionstream.js";

/** In characters. */
const longestPrompt = 20_000;

/** The chat, answering with whatever `answer` is. */
export function chatApplication(answer: Answer): Feature {
  return chatFeature({ handlers, runs: chatRuns(answer), ui, timeline });
}

/** Handlers say what happened; they know nothing of what is shown. */
const handlers: ChatHandlers = {
  async startInference({ payload: { prompt }, publish, reject }) {
    if (prompt.trim() === "") throw reject("PROMPT_EMPTY", { message: "write something first" });
    if (prompt.length > longestPrompt) {
      throw reject("PROMPT_TOO_LONG", {
        message: `a prompt has at most ${longestPrompt} characters`,
        detail: { characters: longestPrompt },
      });
    }
    const messageId = randomUUID();
    // Together, so that all are kept or none. The answer goes on after the command returned.
    await publish([
      ChatUserMessageAccepted.of({ messageId: `${messageId}-prompt`, content: prompt }),
      ChatInferenceStarted.of({ messageId, prompt }),
      ChatInference.start({ messageId, prompt }),
    ]);
  },

  async stopInference({ session, publish }) {
    const { runs } = session;
    for (const { id } of runs) await session.cancelRun(id);
    if (runs.length === 0) await publish(ChatInferenceTrace, { note: "stop: no answer was being written" });
  },
};

/** Writing an answer survives a crash: another attempt goes on after what the timeline shows. */
function chatRuns(answer: Answer): ChatRuns {
  return {
    inference: {
      async run({ input: { messageId, prompt }, session, signal, publish }) {
        let known = session.timeline.get(ChatMessage, messageId)?.text.length ?? 0;
        for await (const chunk of answer(prompt, signal)) {
          const rest = chunk.slice(known);
          known = Math.max(0, known - chunk.length);
          if (rest !== "") await publish(ChatTokensDelta, { messageId, chunk: rest });
        }
      },
      // Committed with the end of the run, whoever ends it, so that no message is written for ever.
      ended(_view, { input: { messageId }, outcome }) {
        return [(outcome.status === "completed" ? ChatInferenceFinished : ChatInferenceStopped).of({ messageId })];
      },
    },
  };
}

/** What a client sees happen. */
const ui: ChatUiProjection = {
  userMessageAccepted: ({ payload: { messageId, content } }) => [
    ChatMessageAccepted.of({ messageId, role: Role.USER, text: content }),
  ],
  inferenceStarted: ({ payload: { messageId } }) => [ChatMessageStarted.of({ messageId, role: Role.ASSISTANT })],
  tokensDelta: ({ payload: { messageId, chunk } }) => [
    ChatMessageAppended.of({ messageId, role: Role.ASSISTANT, text: chunk }),
  ],
  inferenceTrace: ignore,
  inferenceFinished: ({ payload: { messageId } }) => [ChatMessageFinished.of({ messageId, role: Role.ASSISTANT })],
  inferenceStopped: ({ payload: { messageId } }) => [ChatMessageStopped.of({ messageId, role: Role.ASSISTANT })],
};

/** What stays, and is there again after a reload. */
const timeline: ChatTimelineProjection = {
  userMessageAccepted: ({ payload: { messageId, content } }) => [
    ChatMessage.put({ messageId, role: Role.USER, status: Status.FINISHED, text: content }),
  ],
  inferenceStarted: ({ payload: { messageId } }) => [
    ChatMessage.put({ messageId, role: Role.ASSISTANT, status: Status.STREAMING }),
  ],
  tokensDelta({ payload: { messageId, chunk } }, view) {
    const message = view.get(ChatMessage, messageId);
    return [ChatMessage.put({ ...message, messageId, text: (message?.text ?? "") + chunk })];
  },
  inferenceTrace: ignore,
  inferenceFinished: ({ payload: { messageId } }, view) => [
    ChatMessage.put({ ...view.get(ChatMessage, messageId), messageId, status: Status.FINISHED }),
  ],
  inferenceStopped: ({ payload: { messageId } }, view) => [
    ChatMessage.put({ ...view.get(ChatMessage, messageId), messageId, status: Status.STOPPED }),
  ],
};
