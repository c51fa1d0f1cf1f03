import { connect, type RemoteSession } from "@sessionstream/runtime/client";
import { WebSocket } from "ws";
import { agentClient } from "../../../examples/agent/src/client-projection.js";
import { Status, ToolState } from "../../../examples/agent/src/gen/agent/v1/agent_pb.js";
import {
  AgentAsk,
  AgentDecideTool,
  AgentMessage,
  AgentRepeatTool,
  AgentToolCall,
  type agent,
} from "../../../examples/agent/src/gen/agent/v1/agent_sessionstream.js";
import type { Chance } from "../chance.js";

/** Somebody who asks, and who says yes and no. */
export interface Person {
  ask(text: string): Promise<void>;
  /** Resolves once so many questions have been answered, all of them. */
  answered(count: number): Promise<void>;
  /** What they see: each message, and each call of a tool, as `state: text`. */
  seen(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A person at a client without a page. They approve all, and of what was interrupted some is done again. */
export class ClientPerson implements Person {
  readonly #client;
  readonly #session: RemoteSession<typeof agent>;
  readonly #chance: Chance;
  /** What is being decided. */
  readonly #deciding = new Set<string>();
  readonly failures: unknown[] = [];

  constructor(url: string, session: string, chance: Chance) {
    this.#client = connect(`${url}ws?person=anna`, {
      features: [agentClient],
      webSocket: WebSocket,
      reconnect: { first: 20, longest: 100 },
      onError: () => {},
      fetch: (target, init) =>
        fetch(target, { ...init, headers: { ...(init?.headers as object), authorization: "Bearer anna" } }),
    });
    this.#session = this.#client.session(session);
    this.#chance = chance;
    this.#session.watch(() => this.#decide());
  }

  async ask(text: string): Promise<void> {
    await this.#session.submit(AgentAsk, { text });
  }

  async answered(count: number): Promise<void> {
    const isAnswered = () => {
      const questions = this.#session.timeline.list(AgentMessage).filter(({ by }) => by !== "");
      return questions.length === count && questions.every(({ status }) => status !== Status.OPEN);
    };
    await new Promise<void>((resolve, reject) => {
      const stop = this.#session.watch(look);
      const late = setTimeout(() => end(() => reject(new Error(`no answer: ${this.#lines().join("\n")}`))), 60_000);
      const end = (settle: () => void) => {
        stop();
        clearTimeout(late);
        settle();
      };
      function look(): void {
        if (isAnswered()) end(resolve);
      }
      look();
    });
  }

  async seen(): Promise<readonly string[]> {
    return this.#lines();
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  #lines(): string[] {
    const { timeline } = this.#session;
    return linesOf(timeline.list(AgentMessage), timeline.list(AgentToolCall));
  }

  #decide(): void {
    for (const { callId, state } of this.#session.timeline.list(AgentToolCall)) {
      if (state !== ToolState.ASKED && state !== ToolState.INTERRUPTED) this.#deciding.delete(callId);
      else if (!this.#deciding.has(callId)) {
        this.#deciding.add(callId);
        void this.#say(callId, state).catch((error) => this.failures.push(error));
      }
    }
  }

  async #say(callId: string, state: ToolState): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.#chance.within(0, 60)));
    if (state === ToolState.ASKED) await this.#session.submit(AgentDecideTool, { callId, approved: true });
    else await this.#session.submit(AgentRepeatTool, { callId, again: this.#chance.is(0.7) });
  }
}

interface ShownMessage {
  readonly messageId: string;
  readonly status: Status;
  readonly text: string;
}

interface ShownCall {
  readonly messageId: string;
  readonly tool: string;
  readonly state: ToolState;
  readonly output: string;
}

/** A conversation in lines. */
export function linesOf(messages: readonly ShownMessage[], calls: readonly ShownCall[]): string[] {
  return messages.flatMap(({ messageId, status, text }) => [
    `${Status[status]?.toLowerCase()}: ${text}`,
    ...calls
      .filter((call) => call.messageId === messageId)
      .map(({ tool, state, output }) => `  ${tool} ${ToolState[state]?.toLowerCase()}: ${output.trim()}`),
  ]);
}
