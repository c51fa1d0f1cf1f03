import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { atEachAwait, type Crash, effect, given, like } from "@sessionstream/runtime/testing";
import { expect, test } from "vitest";
import { agentApplication } from "../src/agent.js";
import { Status, ToolState } from "../src/gen/agent/v1/agent_pb.js";
import { AgentAsk, AgentDecideTool, AgentMessage, AgentToolCall } from "../src/gen/agent/v1/agent_sessionstream.js";
import { fileTools } from "../src/tools/index.js";
import { runCommand } from "../src/tools/run-command.js";
import { calling } from "./models/calling.js";
import { newPlace } from "./tools/folder.js";

const identity = { id: "anna", mayApprove: true };

test("wherever its process dies, a file is written, and the answer is whole", () =>
  atEachAwait(async (crash: Crash) => {
    const { folder } = await newPlace();
    const model = calling("write_file", { path: "note.txt", content: "Two words" });
    await given(agentApplication({ model, tools: fileTools, folder }), [], { identity, crash })
      .when(AgentAsk, { text: "anything" })
      .when(AgentDecideTool, { callId: "q1-1-1", approved: true })
      .showing([
        like(AgentMessage, { messageId: "q1", status: Status.DONE }),
        like(AgentToolCall, { callId: "q1-1-1", state: ToolState.DONE }),
        like(AgentMessage, { messageId: "q1-2", text: "It said: note.txt has these 9 bytes" }),
      ]);
    expect(await readFile(join(folder, "note.txt"), "utf8")).toBe("Two words");
  }));

test("wherever its process dies, a command is run once at most, and has a result or is interrupted", async () => {
  const states = new Set<ToolState | undefined>();
  await atEachAwait(async (crash: Crash) => {
    const { folder } = await newPlace();
    const run = effect("run", async () => "well");
    const agent = agentApplication({
      model: calling("run_command", { command: "true" }),
      tools: [{ ...runCommand(), act: run }],
      folder,
    });
    const { timeline, effects } = await given(agent, [], { identity, crash })
      .when(AgentAsk, { text: "anything" })
      .when(AgentDecideTool, { callId: "q1-1-1", approved: true });
    const state = timeline.get(AgentToolCall, "q1-1-1")?.state;
    states.add(state);
    expect(effects.length).toBeLessThanOrEqual(1);
    if (state === ToolState.DONE) expect(effects).toHaveLength(1);
    else expect(state).toBe(ToolState.INTERRUPTED);
  });
  expect([...states].sort()).toEqual([ToolState.DONE, ToolState.INTERRUPTED]);
});
