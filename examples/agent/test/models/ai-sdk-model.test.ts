import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chooseModel } from "../../src/models/choose-model.js";
import type { Conversation, Part } from "../../src/models/model.js";
import { fileTools } from "../../src/tools/index.js";
import { ChatCompletions, call, finish, text } from "./chat-completions.js";

const server = new ChatCompletions();
beforeAll(() => server.listen());
afterAll(() => server.close());
beforeEach(() => {
  server.requests.length = 0;
});

const question: Conversation = [{ role: "user", text: "Who steers?" }];

async function answer(conversation = question, signal = new AbortController().signal): Promise<Part[]> {
  const model = chooseModel({ AGENT_MODEL_URL: server.url, AGENT_MODEL: "small", AGENT_MODEL_KEY: "key-1" }, 0);
  const parts: Part[] = [];
  for await (const part of model.answer(conversation, fileTools, signal)) parts.push(part);
  return parts;
}

describe("a model at an endpoint that speaks OpenAI's protocol", () => {
  test("streams its text", async () => {
    server.replies = [{ stream: [text("Ida "), text("steers"), text("."), finish("stop")] }];
    expect(await answer()).toEqual(["Ida ", "steers", "."].map((text) => ({ type: "text", text })));
    const [{ path, authorization, body } = {}] = server.requests;
    expect([path, authorization]).toEqual(["/v1/chat/completions", "Bearer key-1"]);
    expect(body).toMatchObject({ model: "small", stream: true });
    expect(body?.messages).toEqual([
      { role: "system", content: expect.stringContaining("an assistant") },
      { role: "user", content: "Who steers?" },
    ]);
  });

  test("is told the tools, and its calls come whole, also those in pieces", async () => {
    server.replies = [
      {
        stream: [
          text("I look."),
          call(0, { id: "call_a", name: "search_files", arguments: "" }),
          call(0, { arguments: '{"text":' }),
          call(0, { arguments: '"steers"}' }),
          call(1, { id: "call_b", name: "read_file", arguments: '{"path":"crew.txt"}' }),
          finish("tool_calls"),
        ],
      },
    ];
    expect(await answer()).toEqual([
      { type: "text", text: "I look." },
      { type: "call", tool: "search_files", arguments: '{"text":"steers"}' },
      { type: "call", tool: "read_file", arguments: '{"path":"crew.txt"}' },
    ]);
    const tools = server.requests[0]?.body.tools as { function: { name: string; parameters: object } }[];
    expect(tools.map((tool) => tool.function.name)).toEqual(fileTools.map(({ name }) => name));
    expect(tools[2]?.function.parameters).toMatchObject({
      type: "object",
      required: ["path", "content"],
      properties: { path: { type: "string" }, content: { type: "string" } },
    });
  });

  test("is told of what was said and done before, also of what went wrong", async () => {
    server.replies = [{ stream: [text("Well."), finish("stop")] }];
    await answer([
      ...question,
      {
        role: "assistant",
        text: "I look.",
        calls: [
          { callId: "q-1-1", tool: "read_file", arguments: '{"path":"crew.txt"}', output: "Ida", failed: false },
          { callId: "q-1-2", tool: "fly", arguments: "not JSON", output: 'there is no tool "fly"', failed: true },
        ],
      },
      { role: "assistant", text: "", calls: [] },
    ]);
    const messages = server.requests[0]?.body.messages as object[];
    expect(messages.slice(2)).toEqual([
      {
        role: "assistant",
        content: "I look.",
        tool_calls: [
          { id: "q-1-1", type: "function", function: { name: "read_file", arguments: '{"path":"crew.txt"}' } },
          { id: "q-1-2", type: "function", function: { name: "fly", arguments: '"not JSON"' } },
        ],
      },
      { role: "tool", tool_call_id: "q-1-1", content: "Ida" },
      { role: "tool", tool_call_id: "q-1-2", content: 'there is no tool "fly"' },
    ]);
  });

  test("that writes no more says so", async () => {
    server.replies = [{ stream: [text("On and"), finish("length")] }];
    expect((await answer()).at(-1)).toEqual({ type: "text", text: expect.stringContaining("[cut:") });
  });

  test.each([500, 503, 429])(
    "that answers %d fails, and is asked once: to ask again is up to the run",
    async (status) => {
      server.replies = [{ status, body: { error: { message: `no: ${status}` } } }];
      await expect(answer()).rejects.toThrow(`no: ${status}`);
      expect(server.requests).toHaveLength(1);
    },
  );

  test("whose stream breaks fails, and so does one that ends without an end", async () => {
    server.replies = [{ stream: [text("Ida st")], breaks: true }, { stream: [text("Ida st")] }];
    await expect(answer()).rejects.toThrow();
    await expect(answer()).rejects.toThrow("without a finish reason");
  });

  test("that tells of an error in its stream fails with it", async () => {
    server.replies = [{ stream: [text("Ida"), { error: { message: "overloaded" } }] }];
    await expect(answer()).rejects.toThrow("overloaded");
  });

  test("that cannot be reached fails", async () => {
    const model = chooseModel({ AGENT_MODEL_URL: "http://127.0.0.1:1/v1", AGENT_MODEL: "small" }, 0);
    const parts = model.answer(question, [], new AbortController().signal)[Symbol.asyncIterator]();
    await expect(parts.next()).rejects.toThrow();
  });

  test("is left alone once nobody wants its answer", async () => {
    server.replies = [{ stream: [text("Ida")], endless: true }];
    const controller = new AbortController();
    const answered = answer(question, controller.signal);
    await expect.poll(() => server.requests.length).toBe(1);
    controller.abort(new Error("stopped"));
    await expect(answered).rejects.toThrow();
    await expect.poll(() => server.givenUp).toBeGreaterThan(0);
  });
});

test("without a name in the environment the model is the script, and half a name is a mistake", () => {
  expect(chooseModel({}, 0).name).toBe("scripted");
  expect(() => chooseModel({ AGENT_MODEL: "small" }, 0)).toThrow("needs both AGENT_MODEL_URL and AGENT_MODEL");
});
