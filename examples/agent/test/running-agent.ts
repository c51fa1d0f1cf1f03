import { Hub, type Snapshot, type Store } from "@sessionstream/runtime";
import { expect } from "vitest";
import { agentApplication } from "../src/agent.js";
import type { Answering } from "../src/answer.js";
import type { Status, ToolState } from "../src/gen/agent/v1/agent_pb.js";
import {
  AgentAsk,
  AgentDecideTool,
  AgentMessage,
  AgentRepeatTool,
  AgentToolCall,
} from "../src/gen/agent/v1/agent_sessionstream.js";
import { fileTools } from "../src/tools/index.js";

const identity = { id: "anna", mayApprove: true };
const session = "s";

/** A process with the agent, on a store that outlives it. */
export class RunningAgent {
  readonly hub: Hub;
  /** What failed, without a caller who heard of it. */
  readonly failures: string[] = [];

  constructor(store: Store, answering: Partial<Answering> & Pick<Answering, "model" | "folder">) {
    const onError = ({ error }: { readonly error: unknown }) =>
      void this.failures.push(error instanceof Error ? error.message : String(error));
    this.hub = new Hub({ features: [agentApplication({ tools: fileTools, ...answering })], store, onError });
  }

  ask = (text: string) => this.hub.submit(session, AgentAsk, { text }, { identity });
  decide = (callId: string, approved: boolean) =>
    this.hub.submit(session, AgentDecideTool, { callId, approved }, { identity });
  repeat = (callId: string, again: boolean) =>
    this.hub.submit(session, AgentRepeatTool, { callId, again }, { identity });

  snapshot(): Promise<Snapshot> {
    return this.hub.snapshot(session);
  }

  /** Waits until a call is in a state, and returns its output. */
  async until(callId: string, state: ToolState): Promise<string | undefined> {
    const read = async () => (await this.snapshot()).get(AgentToolCall, callId);
    await expect.poll(async () => (await read())?.state, polling).toBe(state);
    return (await read())?.output;
  }

  /** Waits until a message is in a state, and returns it. */
  async message(messageId: string, status: Status) {
    const read = async () => (await this.snapshot()).get(AgentMessage, messageId);
    await expect.poll(async () => (await read())?.status, polling).toBe(status);
    const { text, note } = (await read()) ?? {};
    return { text, note };
  }

  /** Ends as a process does that is asked to. */
  end(): Promise<void> {
    return this.hub.close({ abort: true, grace: 1000 });
  }
}

const polling = { timeout: 15_000, interval: 20 };
