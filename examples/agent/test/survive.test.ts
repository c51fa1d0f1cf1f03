import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore } from "@sessionstream/runtime";
import { afterEach, describe, expect, test } from "vitest";
import { filePlace, newFile } from "../../../test/fixtures/stores.js";
import type { Answering } from "../src/answer.js";
import { Status, ToolState } from "../src/gen/agent/v1/agent_pb.js";
import {
  AgentAnswer,
  AgentAsked,
  AgentStepEnded,
  AgentStepStarted,
  AgentToolCalled,
} from "../src/gen/agent/v1/agent_sessionstream.js";
import { chooseModel } from "../src/models/choose-model.js";
import type { Model } from "../src/models/model.js";
import { scriptedModel } from "../src/models/scripted-model.js";
import type { Tool } from "../src/tools/tool.js";
import { calling } from "./models/calling.js";
import { ChatCompletions, call, finish, text } from "./models/chat-completions.js";
import { RunningAgent } from "./running-agent.js";
import { newPlace } from "./tools/folder.js";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A store, a folder, and processes one after the other that have them. */
async function world() {
  const { folder } = await newPlace();
  const place = filePlace(newFile());
  const begin = (answering: Partial<Answering> & Pick<Answering, "model">) => {
    const agent = new RunningAgent(place.open(), { folder, ...answering });
    ends.push(() => agent.end());
    return agent;
  };
  return { folder, begin };
}

describe("where the process ends", () => {
  test("while a person is awaited, the next one goes on with the answer", async () => {
    const { begin } = await world();
    const first = begin({ model: scriptedModel(0) });
    await first.ask("two words");
    await first.until("q1-3-1", ToolState.ASKED);
    await first.end();

    const second = begin({ model: scriptedModel(0) });
    await second.decide("q1-3-1", true);
    await second.until("q1-4-1", ToolState.ASKED);
    await second.decide("q1-4-1", true);
    const { text, note } = await second.message("q1-5", Status.DONE);
    expect([text, note]).toEqual([expect.stringContaining("The count: 7 notes/words.md."), "attempt 2"]);
    await second.message("q1", Status.DONE);
  });

  test("while the model writes, the message is begun anew, and is there once", async () => {
    const { begin } = await world();
    const halting: Model = {
      name: "halting",
      async *answer(_conversation, _tools, signal) {
        yield { type: "text", text: "Half of " };
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    };
    const first = begin({ model: halting });
    await first.ask("anything");
    await expect.poll(async () => (await first.message("q1-1", Status.OPEN)).text).toBe("Half of ");
    await first.end();

    const second = begin({ model: scriptedModel(0) });
    const message = await second.message("q1-1", Status.DONE);
    expect(message).toEqual({
      text: expect.stringMatching(/^My plan: .* count the note’s words\.$/),
      note: "attempt 2",
    });
  });

  // The first time it takes longer than the process lives.
  const command = "echo run >> runs.txt; test $(wc -l < runs.txt) -gt 1 || sleep 60; echo well";

  test("while a command runs, it is not run again unasked", async () => {
    const { folder, begin } = await world();
    const runs = () => readFile(join(folder, "runs.txt"), "utf8").catch(() => "");
    const first = begin({ model: calling("run_command", { command }) });
    await first.ask("anything");
    await first.until("q1-1-1", ToolState.ASKED);
    await first.decide("q1-1-1", true);
    await expect.poll(runs).toBe("run\n");
    await first.end();

    const second = begin({ model: calling("run_command", { command }) });
    await second.until("q1-1-1", ToolState.INTERRUPTED);
    await second.end();
    const third = begin({ model: calling("run_command", { command }) });
    await third.until("q1-1-1", ToolState.INTERRUPTED);
    await expect(third.decide("q1-1-1", true)).rejects.toMatchObject({ rejection: { code: "ALREADY_DECIDED" } });
    expect(await runs()).toBe("run\n");

    await third.repeat("q1-1-1", true);
    expect(await third.until("q1-1-1", ToolState.DONE)).toBe("well");
    expect(await runs()).toBe("run\nrun\n");
    await expect(third.repeat("q1-1-1", true)).rejects.toMatchObject({ rejection: { code: "NOT_INTERRUPTED" } });
  });

  test("while a command runs, it can be left at that, and the model is told", async () => {
    const { folder, begin } = await world();
    const first = begin({ model: calling("run_command", { command }) });
    await first.ask("anything");
    await first.until("q1-1-1", ToolState.ASKED);
    await first.decide("q1-1-1", true);
    await first.until("q1-1-1", ToolState.RUNNING);
    await expect.poll(() => readFile(join(folder, "runs.txt"), "utf8").catch(() => "")).toBe("run\n");
    await first.end();

    const second = begin({ model: calling("run_command", { command }) });
    await second.until("q1-1-1", ToolState.INTERRUPTED);
    await second.repeat("q1-1-1", false);
    await second.until("q1-1-1", ToolState.LEFT);
    expect((await second.message("q1-2", Status.DONE)).text).toMatch(/^It said: interrupted, so nobody knows/);
    expect(await readFile(join(folder, "runs.txt"), "utf8")).toBe("run\n");
  });

  test("while a tool acts that may be repeated, it is repeated", async () => {
    const { begin } = await world();
    let acts = 0;
    const tool: Tool = {
      name: "weigh",
      description: "Weighs.",
      parameters: {},
      needsApproval: false,
      isRepeatable: true,
      async act(_given, { signal }) {
        if (++acts > 1) return "heavy";
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    };
    const first = begin({ model: calling("weigh", {}), tools: [tool] });
    await first.ask("anything");
    await first.until("q1-1-1", ToolState.RUNNING);
    await expect.poll(() => acts).toBe(1);
    await first.end();
    const second = begin({ model: calling("weigh", {}), tools: [tool] });
    expect(await second.until("q1-1-1", ToolState.DONE)).toBe("heavy");
    expect(acts).toBe(2);
  });
});

test("the start of a tool is on record before it acts", async () => {
  const { begin } = await world();
  const look: Tool = {
    name: "look",
    description: "Looks at the log.",
    parameters: {},
    needsApproval: false,
    isRepeatable: true,
    act: async () => (await agent.hub.events("s")).at(-1)?.name ?? "",
  };
  const agent = begin({ model: calling("look", {}), tools: [look] });
  await agent.ask("anything");
  expect(await agent.until("q1-1-1", ToolState.DONE)).toBe("AgentToolStarted");
});

test("a call that was recorded where nobody needed to be asked does not become one that does", async () => {
  const { folder, begin } = await world();
  const agent = begin({ model: calling("run_command", { command: "touch done" }) });
  const called = { callId: "q1-1-1", messageId: "q1-1", questionId: "q1", tool: "run_command" };
  await agent.hub.publish("s", [
    AgentAsked.of({ questionId: "q1", text: "anything", by: "anna" }),
    AgentStepStarted.of({ messageId: "q1-1", questionId: "q1", attempt: 1 }),
    AgentStepEnded.of({ messageId: "q1-1" }),
    AgentToolCalled.of({ ...called, arguments: '{"command":"touch done"}', needsApproval: false }),
    AgentAnswer.start({ questionId: "q1" }, { id: "q1" }),
  ]);
  expect(await agent.until("q1-1-1", ToolState.FAILED)).toBe("this needs a person's yes, and nobody was asked");
  await agent.message("q1", Status.DONE);
  expect(await readdir(folder)).not.toContain("done");
});

test("a model at an endpoint that is busy and breaks off is asked again, until the answer is whole", async () => {
  const server = new ChatCompletions();
  await server.listen();
  ends.push(() => server.close());
  server.replies = [
    { status: 429, body: { error: { message: "too many requests" } } },
    { stream: [text("I lo")], breaks: true },
    {
      stream: [
        text("I look."),
        call(0, { id: "call_x", name: "read_file", arguments: '{"path":"a.txt"}' }),
        finish("tool_calls"),
      ],
    },
    { stream: [text("It has "), text("three lines."), finish("stop")] },
  ];
  const { folder } = await newPlace();
  const model = chooseModel({ AGENT_MODEL_URL: server.url, AGENT_MODEL: "small" }, 0);
  const agent = new RunningAgent(memoryStore(), { model, folder });
  ends.push(() => agent.end());
  await agent.ask("What is in a.txt?");
  expect(await agent.message("q1-1", Status.DONE)).toEqual({ text: "I look.", note: "attempt 3" });
  expect(await agent.message("q1-2", Status.DONE)).toMatchObject({ text: "It has three lines." });
  expect(agent.failures).toEqual(["too many requests", expect.any(String)]);
  const told = server.requests.at(-1)?.body.messages as { role: string; content: string }[];
  expect(told.at(-1)).toEqual({ role: "tool", tool_call_id: "q1-1-1", content: "one\nTwo words\nthree\n" });
});
