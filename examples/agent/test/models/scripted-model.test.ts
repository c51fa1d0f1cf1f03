import { expect, test } from "vitest";
import type { Conversation, DoneCall, Part } from "../../src/models/model.js";
import { scriptedModel } from "../../src/models/scripted-model.js";
import { fileTools } from "../../src/tools/index.js";
import { act } from "../../src/tools/tool.js";
import { contextOf, newPlace } from "../tools/folder.js";

async function partsOf(conversation: Conversation): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const part of scriptedModel(0).answer(conversation, [], new AbortController().signal)) parts.push(part);
  return parts;
}

/** Goes through the script, with everything approved but what is refused. */
async function play(question: string, refused: readonly string[] = []) {
  const { folder } = await newPlace();
  const conversation: Conversation[number][] = [{ role: "user", text: question }];
  for (;;) {
    const parts = await partsOf(conversation);
    expect(await partsOf(conversation)).toEqual(parts);
    const text = parts.map((part) => (part.type === "text" ? part.text : "")).join("");
    const calls: DoneCall[] = [];
    for (const part of parts) {
      if (part.type === "text") continue;
      const callId = `call-${conversation.length}`;
      const result = refused.includes(part.tool)
        ? { output: "refused by a person", failed: true }
        : await act(fileTools, part, contextOf(folder, callId));
      calls.push({ callId, tool: part.tool, arguments: part.arguments, ...result });
    }
    conversation.push({ role: "assistant", text, calls });
    if (calls.length === 0) return conversation;
  }
}

const toolsOf = (conversation: Conversation) =>
  conversation.flatMap((turn) => (turn.role === "assistant" ? turn.calls : [])).map(({ tool }) => tool);

test("the script plans, searches, reads, writes, runs a command, and sums up", async () => {
  const conversation = await play("What about the two words?");
  expect(toolsOf(conversation)).toEqual(["search_files", "read_file", "write_file", "run_command"]);
  expect(conversation[1]).toMatchObject({ text: expect.stringContaining("My plan: I look for “words”") });
  expect(conversation.at(-1)).toMatchObject({
    text: "Done. I found “words” in a.txt. The note: notes/words.md has these 34 bytes. The count: 7 notes/words.md.",
  });
});

test("it takes no for an answer", async () => {
  const unwritten = await play("words", ["write_file"]);
  expect(toolsOf(unwritten)).toEqual(["search_files", "read_file", "write_file"]);
  expect(unwritten.at(-1)).toMatchObject({ text: expect.stringContaining("The note: refused by a person.") });
  const uncounted = await play("words", ["run_command"]);
  expect(uncounted.at(-1)).toMatchObject({ text: expect.stringContaining("The count: refused by a person.") });
});

test("it says so where there is nothing to be found", async () => {
  expect(await play("Unheard-of")).toMatchObject([{}, {}, { text: "There is nothing about “unheard” here." }]);
});
