import type { Feature } from "@sessionstream/runtime";
import { type Answering, answerRun } from "./answer.js";
import { Role, Status, ToolState } from "./gen/agent/v1/agent_pb.js";
import {
  AgentAnswer,
  AgentAsked,
  type AgentHandlers,
  AgentMessage,
  AgentToolCall,
  AgentToolDecided,
  AgentToolRepeated,
  agentFeature,
} from "./gen/agent/v1/agent_sessionstream.js";
import type { Person } from "./people.js";
import { timeline } from "./timeline.js";
import { ui } from "./ui.js";

/** In characters. */
const longestText = 20_000;

/** The agent, with a model and tools. */
export function agentApplication(answering: Answering): Feature {
  return agentFeature({ handlers, runs: { answer: answerRun(answering) }, ui, timeline });
}

const handlers: AgentHandlers = {
  async ask({ payload: { text }, identity, decide, reject }) {
    if (text.trim() === "") throw reject("TEXT_EMPTY", { message: "write something first" });
    if (text.length > longestText) {
      throw reject("TEXT_TOO_LONG", { message: `a question has at most ${longestText} characters` });
    }
    // The question and the work on its answer: both are kept or neither.
    await decide((view) => {
      const questions = view.list(AgentMessage).filter(({ role }) => role === Role.USER);
      if (questions.some(({ status }) => status === Status.OPEN)) {
        throw reject("BUSY", { message: "wait for the answer, or stop it" });
      }
      const questionId = `q${questions.length + 1}`;
      return [
        AgentAsked.of({ questionId, text, by: identity.id }),
        AgentAnswer.start({ questionId }, { id: questionId }),
      ];
    });
  },

  async decideTool({ payload: { callId, approved }, identity, decide, reject }) {
    if (!identity.mayApprove) throw reject("NOT_ALLOWED", { message: mayNot(identity) });
    await decide((view) => {
      const call = view.get(AgentToolCall, callId);
      if (call === undefined) throw reject("NO_SUCH_CALL");
      if (call.state !== ToolState.ASKED) throw reject("ALREADY_DECIDED", { message: decidedBy(call.by) });
      return [AgentToolDecided.of({ callId, approved, by: identity.id })];
    });
  },

  async repeatTool({ payload: { callId, again }, identity, decide, reject }) {
    if (!identity.mayApprove) throw reject("NOT_ALLOWED", { message: mayNot(identity) });
    await decide((view) => {
      const call = view.get(AgentToolCall, callId);
      if (call === undefined) throw reject("NO_SUCH_CALL");
      if (call.state !== ToolState.INTERRUPTED) throw reject("NOT_INTERRUPTED", { message: decidedBy(call.by) });
      return [AgentToolRepeated.of({ callId, again, by: identity.id })];
    });
  },

  async stop({ identity, session, reject }) {
    const [run] = session.runs;
    const stopped = run !== undefined && (await session.cancelRun(run.id, `stopped by ${identity.id}`));
    if (!stopped) throw reject("NOTHING_TO_STOP", { message: "no answer is going on" });
  },
};

function mayNot({ id }: Person): string {
  return `${id} may not decide what tools do`;
}

function decidedBy(person: string): string {
  return person === "" ? "nobody needs to decide that" : `${person} has decided already`;
}
