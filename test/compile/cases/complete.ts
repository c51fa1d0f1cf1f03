// The whole feature, with no mistake: what the other cases differ from.
import { ignore } from "@sessionstream/runtime";
import {
  ChatInferenceStarted,
  ChatMessage,
  ChatMessageAppended,
  ChatTokensDelta,
  ChatUserMessageAccepted,
  type ChatHandlers,
  type ChatRuns,
  type ChatTimelineProjection,
  type ChatUiProjection,
  chatFeature,
} from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";

const handlers: ChatHandlers = {
  async startInference({ payload, publish, background }) {
    await publish(ChatUserMessageAccepted, { messageId: "1", content: payload.prompt });
    background("1", async () => {
      await publish(ChatInferenceStarted, { messageId: "2" });
    });
  },
  stopInference({ session }) {
    session.abortBackground();
  },
};

const ui: ChatUiProjection = {
  userMessageAccepted: ignore,
  inferenceStarted: ignore,
  tokensDelta: ({ payload }) => [ChatMessageAppended.of({ messageId: payload.messageId, text: payload.chunk })],
  inferenceTrace: ignore,
  inferenceFinished: ignore,
  inferenceStopped: ignore,
};

const runs: ChatRuns = {
  inference: {
    async run({ input, publish, coalesce, waitFor, session, signal }) {
      const write = coalesce(ChatTokensDelta, (a, b) => ({ ...a, chunk: a.chunk + b.chunk }), { every: 50 });
      await write({ messageId: input.messageId, chunk: session.timeline.get(ChatMessage, input.messageId)?.text });
      const { text }: { readonly text: string } = await waitFor(ChatMessage, input.messageId);
      const late = await waitFor(ChatMessage, text, (message) => message.text !== "", { until: 1, signal });
      await publish(ChatTokensDelta, { messageId: late?.messageId }, { key: "k" });
    },
    ended: ignore,
  },
};

const timeline: ChatTimelineProjection = {
  userMessageAccepted: ignore,
  inferenceStarted: ignore,
  tokensDelta({ payload }, view) {
    const message = view.get(ChatMessage, payload.messageId);
    return [ChatMessage.put({ ...message, messageId: payload.messageId, text: (message?.text ?? "") + payload.chunk })];
  },
  inferenceTrace: ignore,
  inferenceFinished: ({ payload }) => [ChatMessage.delete(payload.messageId)],
  inferenceStopped: ignore,
};

export const feature = chatFeature({ handlers, runs, ui, timeline });
