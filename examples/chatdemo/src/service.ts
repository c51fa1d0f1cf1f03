import type { Hub, Snapshot, Submitted } from "@sessionstream/runtime";
import { ChatStartInference, ChatStopInference } from "./gen/chat/v1/chat_sessionstream.js";

/** The chat as the rest of an application uses it. */
export class ChatService {
  readonly #hub: Hub;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** Takes a prompt in; the answer streams on after it returned. */
  submitPrompt(sessionId: string, prompt: string): Promise<Submitted> {
    return this.#hub.submit(sessionId, ChatStartInference, { prompt });
  }

  /** Stops the answers being written; their text so far stays. */
  stop(sessionId: string): Promise<Submitted> {
    return this.#hub.submit(sessionId, ChatStopInference, {});
  }

  /** Resolves when no answer is being written. */
  waitIdle(sessionId: string): Promise<void> {
    return this.#hub.waitIdle(sessionId);
  }

  snapshot(sessionId: string): Promise<Snapshot> {
    return this.#hub.snapshot(sessionId);
  }
}
