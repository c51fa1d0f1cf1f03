import { randomUUID } from "node:crypto";
import { type Feature, ignore, type OpenedContext } from "@sessionstream/runtime";
import type { Answer } from "./answer.js";
import { Role, Status } from "./gen/chat/v1/chat_pb.js";
import {
  type ChatHandlers,
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
  return chatFeature({ handlers: chatHandlers(answer), ui, timeline });
}

/**
 * Ends the answers that a process was writing when it ended. Only for a process
 * that is the only one to write: it cannot tell them from those of another.
 */
export async function stopInterrupted({ view, publish }: OpenedContext<typeof ChatInferenceStopped>): Promise<void> {
  const interrupted = view.list(ChatMessage).filter(({ status }) => status === Status.STREAMING);
  for (const { messageId } of interrupted) await publish(ChatInferenceStopped, { messageId });
}

/** Handlers say what happened; they know nothing of what is shown. */
function chatHandlers(answer: Answer): ChatHandlers {
  return {
    async startInference({ payload: { prompt }, publish, run, reject }) {
      if (prompt.trim() === "") throw reject("PROMPT_EMPTY", { message: "write something first" });
      if (prompt.length > longestPrompt) {
        throw reject("PROMPT_TOO_LONG", {
          message: `a prompt has at most ${longestPrompt} characters`,
          detail: { characters: longestPrompt },
        });
      }
      const messageId = randomUUID();
      // Together, so that both are kept or neither.
      await publish([
        ChatUserMessageAccepted.of({ messageId: `${messageId}-prompt`, content: prompt }),
        ChatInferenceStarted.of({ messageId, prompt }),
      ]);

      // The answer goes on after the command returned.
      run(messageId, async (signal) => {
        try {
          for await (const chunk of answer(prompt, signal)) await publish(ChatTokensDelta, { messageId, chunk });
        } catch (error) {
          await publish(ChatInferenceStopped, { messageId });
          throw error;
        }
        await publish(ChatInferenceFinished, { messageId });
      });
    },

    async stopInference({ session, publish }) {
      if (session.abortRuns() === 0) await publish(ChatInferenceTrace, { note: "stop: no answer was being written" });
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
