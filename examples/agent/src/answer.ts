import { createHash } from "node:crypto";
import { callsOf, conversationOf } from "./conversation.js";
import { Status, ToolState } from "./gen/agent/v1/agent_pb.js";
import {
  AgentAnswerEnded,
  AgentMessage,
  type AgentRuns,
  AgentStepEnded,
  AgentStepStarted,
  AgentTextWritten,
  AgentToolCall,
  AgentToolCalled,
  AgentToolEnded,
  AgentToolInterrupted,
  AgentToolStarted,
} from "./gen/agent/v1/agent_sessionstream.js";
import type { Model, Part } from "./models/model.js";
import { act, isRepeatable, needsApproval, type Tool, type ToolResult } from "./tools/tool.js";

/** With what questions are answered. */
export interface Answering {
  readonly model: Model;
  readonly tools: readonly Tool[];
  /** Where the tools act. */
  readonly folder: string;
}

type AnswerRun = AgentRuns["answer"];
type AnswerContext = Parameters<AnswerRun["run"]>[0];

const mostSteps = 50;

/**
 * Answers a question in steps: the model writes a message, its calls of tools are done, and so on until it
 * calls none. The timeline is the run's memory. Called again after a crash, it goes on with the first
 * thing that is not recorded there.
 */
export function answerRun(answering: Answering): AnswerRun {
  return {
    async run(context) {
      const { timeline } = context.session;
      for (let step = 1; step <= mostSteps; step++) {
        const messageId = `${context.input.questionId}-${step}`;
        const isWritten = timeline.get(AgentMessage, messageId)?.status === Status.DONE;
        if (!isWritten) await writeMessage(answering, context, messageId);
        const calls = callsOf(timeline, messageId);
        if (calls.length === 0) return;
        for (const { callId } of calls) await doCall(answering, context, callId);
      }
      throw new Error(`the answer has more than ${mostSteps} steps`);
    },

    ended(_view, { input: { questionId }, outcome }) {
      if (outcome.status === "completed") return [AgentAnswerEnded.of({ questionId, status: Status.DONE })];
      if (outcome.status === "failed") {
        return [AgentAnswerEnded.of({ questionId, status: Status.FAILED, reason: outcome.message })];
      }
      return [AgentAnswerEnded.of({ questionId, status: Status.STOPPED, reason: outcome.reason ?? "" })];
    },
  };
}

/** One message of the model. What an earlier attempt wrote of it is void; its end is one commit with its calls. */
async function writeMessage({ model, tools }: Answering, context: AnswerContext, messageId: string): Promise<void> {
  const { input, session, signal, attempt, publish, coalesce } = context;
  const { questionId } = input;
  await publish(AgentStepStarted, { messageId, questionId, attempt });
  const write = coalesce(AgentTextWritten, (a, b) => ({ ...a, chunk: a.chunk + b.chunk }), { every: 50, within: 50 });
  const calls: Extract<Part, { type: "call" }>[] = [];
  for await (const part of model.answer(conversationOf(session.timeline), tools, signal)) {
    if (part.type === "text") await write({ messageId, chunk: part.text });
    else calls.push(part);
  }
  const called = calls.map((call, index) =>
    AgentToolCalled.of({
      callId: `${messageId}-${index + 1}`,
      messageId,
      questionId,
      tool: call.tool,
      arguments: call.arguments,
      needsApproval: needsApproval(tools, call),
    }),
  );
  await publish([AgentStepEnded.of({ messageId }), ...called], { key: messageId });
}

/** One call, until there is nothing to do about it any more. It waits for people for as long as it takes. */
async function doCall({ tools, folder }: Answering, context: AnswerContext, callId: string): Promise<void> {
  const { session, signal, publish, waitFor } = context;
  for (;;) {
    const call = await waitFor(AgentToolCall, callId, ({ state }) => !waitsForPerson.has(state));
    if (call.state === ToolState.APPROVED) {
      // On record before it acts. So where it is running already, an earlier attempt began it.
      await publish(AgentToolStarted, { callId });
    } else if (call.state !== ToolState.RUNNING) {
      return;
    } else if (!isRepeatable(tools, call)) {
      await publish(AgentToolInterrupted, { callId });
      continue;
    }
    // Whoever recorded the call may have known other tools.
    const isUnasked = call.by === "" && needsApproval(tools, call);
    const key = keyOf(session.id, callId);
    const result = isUnasked ? unasked : await act(tools, call, { folder, key, signal });
    await publish(AgentToolEnded, { callId, ...result });
  }
}

/** Calls of other sessions may have the same id, and act in the same folder. */
function keyOf(...names: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(names)).digest("hex").slice(0, 16);
}

const unasked: ToolResult = { output: "this needs a person's yes, and nobody was asked", failed: true };

const waitsForPerson: ReadonlySet<ToolState> = new Set([ToolState.ASKED, ToolState.INTERRUPTED]);
