import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { given, like } from "@sessionstream/runtime/testing";
import { describe, expect, test } from "vitest";
import { agentApplication } from "../src/agent.js";
import { Role, Status, ToolState } from "../src/gen/agent/v1/agent_pb.js";
import {
  AgentAnswerEnded,
  AgentAsk,
  AgentAsked,
  AgentDecideTool,
  AgentMessage,
  AgentRepeatTool,
  AgentStop,
  AgentToolCall,
  AgentToolEnded,
  AgentToolStarted,
} from "../src/gen/agent/v1/agent_sessionstream.js";
import { scriptedModel } from "../src/models/scripted-model.js";
import { fileTools } from "../src/tools/index.js";
import { calling } from "./models/calling.js";
import { newPlace } from "./tools/folder.js";

const anna = { id: "anna", mayApprove: true };
const ben = { id: "ben", mayApprove: false };
const text = "What about the two words?";
/** What the script asks a person for. */
const [write, run] = ["q1-3-1", "q1-4-1"];

async function agent(model = scriptedModel(0)) {
  const { folder } = await newPlace();
  const feature = agentApplication({ model, tools: fileTools, folder });
  return { folder, asked: given(feature, [], { identity: anna }).when(AgentAsk, { text }, { identity: ben }) };
}

const call = (callId: string, state: ToolState, more: object = {}) => like(AgentToolCall, { callId, state, ...more });

describe("a question", () => {
  test("is worked on until a person is needed, and nothing is written before", async () => {
    const { folder, asked } = await agent();
    const { timeline } = await asked.showing([
      like(AgentMessage, { messageId: "q1", role: Role.USER, status: Status.OPEN, text, by: "ben" }),
      like(AgentMessage, { messageId: "q1-1", role: Role.ASSISTANT, status: Status.DONE }),
      call("q1-1-1", ToolState.DONE, { tool: "search_files", output: "a.txt:2: Two words" }),
      call("q1-2-1", ToolState.DONE, { tool: "read_file", output: "one\nTwo words\nthree\n" }),
      call(write, ToolState.ASKED, { tool: "write_file" }),
    ]);
    expect(timeline.list(AgentMessage)).toHaveLength(4);
    expect(await readdir(folder)).not.toContain("notes");
  });

  test("is answered once a person has approved the write and the command", async () => {
    const { folder, asked } = await agent();
    await asked
      .when(AgentDecideTool, { callId: write, approved: true })
      .showing([call(write, ToolState.DONE, { by: "anna" }), call(run, ToolState.ASKED)])
      .when(AgentDecideTool, { callId: run, approved: true })
      .showing([
        call(run, ToolState.DONE, { output: "7 notes/words.md", by: "anna" }),
        like(AgentMessage, { messageId: "q1", status: Status.DONE }),
        like(AgentMessage, { messageId: "q1-5", status: Status.DONE, note: "" }),
      ]);
    const read = (path: string) => readFile(join(folder, path), "utf8");
    expect(await read("notes/words.md")).toBe("# words\n\nFrom a.txt:\n\n> Two words\n");
    expect(await read("notes/counts.txt")).toBe("7 notes/words.md\n");
  });

  test("is answered without what was refused", async () => {
    const { folder, asked } = await agent();
    const { timeline } = await asked
      .when(AgentDecideTool, { callId: write, approved: false })
      .showing([call(write, ToolState.REFUSED), like(AgentMessage, { messageId: "q1", status: Status.DONE })]);
    expect(timeline.get(AgentMessage, "q1-4")?.text).toContain("The note: refused by a person.");
    expect(await readdir(folder)).not.toContain("notes");
  });

  test("is rejected while another is being answered, and where it is empty or too long", async () => {
    const { asked } = await agent();
    await asked
      .when(AgentAsk, { text: "and?" })
      .rejectedWith("BUSY")
      .when(AgentAsk, { text: " " })
      .rejectedWith("TEXT_EMPTY")
      .when(AgentAsk, { text: "x".repeat(20_001) })
      .rejectedWith("TEXT_TOO_LONG");
  });
});

describe("a call of a tool", () => {
  test("is decided once, by somebody who may", async () => {
    const { asked } = await agent();
    await asked
      .when(AgentDecideTool, { callId: write, approved: true }, { identity: ben })
      .rejectedWith("NOT_ALLOWED")
      .when(AgentDecideTool, { callId: "q9-1-1", approved: true })
      .rejectedWith("NO_SUCH_CALL")
      .when(AgentDecideTool, { callId: write, approved: false })
      .when(AgentDecideTool, { callId: write, approved: true })
      .rejectedWith("ALREADY_DECIDED");
  });

  test("that is not interrupted is not repeated", async () => {
    const { asked } = await agent();
    await asked
      .when(AgentRepeatTool, { callId: write, again: true }, { identity: ben })
      .rejectedWith("NOT_ALLOWED")
      .when(AgentRepeatTool, { callId: "q9-1-1", again: true })
      .rejectedWith("NO_SUCH_CALL")
      .when(AgentRepeatTool, { callId: write, again: true })
      .rejectedWith("NOT_INTERRUPTED");
  });
});

describe("stop", () => {
  test("ends an answer that waits for a person", async () => {
    const { asked } = await agent();
    await asked
      .when(AgentStop, {}, { identity: ben })
      .published([AgentAnswerEnded.of({ questionId: "q1", status: Status.STOPPED, reason: "stopped by ben" })])
      .showing([
        call(write, ToolState.STOPPED),
        like(AgentMessage, { messageId: "q1", status: Status.STOPPED, note: "stopped by ben" }),
      ])
      .when(AgentStop, {})
      .rejectedWith("NOTHING_TO_STOP")
      .when(AgentAsk, { text: "something else" })
      .showing([like(AgentMessage, { messageId: "q2", by: "anna" })]);
  });

  test("ends a command that is running", async () => {
    const { folder, asked } = await agent(calling("run_command", { command: "touch begun; sleep 60; touch ended" }));
    await asked
      .when(AgentDecideTool, { callId: "q1-1-1", approved: true }, { until: AgentToolStarted })
      .when(AgentStop, {})
      .published([AgentAnswerEnded])
      .showing([call("q1-1-1", ToolState.STOPPED), like(AgentMessage, { messageId: "q1", status: Status.STOPPED })]);
    expect(await readdir(folder)).not.toContain("ended");
  });
});

test("the question and the work on it are one commit", async () => {
  const { asked } = await agent();
  const { events } = await asked;
  expect(events[0]).toMatchObject({ name: AgentAsked.name, meta: { identity: "ben" } });
  expect(events.filter(({ name }) => name === AgentToolEnded.name)).toHaveLength(2);
  expect(events.slice(1).every(({ meta }) => meta.run === "q1")).toBe(true);
});
