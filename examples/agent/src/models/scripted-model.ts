import { setTimeout as sleep } from "node:timers/promises";
import type { Conversation, DoneCall, Model, Part } from "./model.js";

/** What the script says next, by what came of what it did so far. */
interface Line {
  readonly text: string;
  readonly call?: { readonly tool: string; readonly arguments: Readonly<Record<string, string>> };
}

/**
 * A model without a network, which says the same whenever it is asked the same: it looks a word of the
 * question up, reads, writes a note, counts the note's words, and sums up. `pace` is the milliseconds
 * between two pieces of text; the command takes fifty times as long.
 */
export function scriptedModel(pace: number): Model {
  return {
    name: "scripted",
    async *answer(conversation, _tools, signal): AsyncIterable<Part> {
      const { text, call } = nextLine(conversation, pace);
      for (const piece of text.match(/\S+\s*/g) ?? []) {
        await sleep(pace, undefined, { signal });
        yield { type: "text", text: piece };
      }
      if (call !== undefined) yield { type: "call", tool: call.tool, arguments: JSON.stringify(call.arguments) };
    },
  };
}

function nextLine(conversation: Conversation, pace: number): Line {
  const asked = conversation.findLastIndex(({ role }) => role === "user");
  const calls = conversation.slice(asked + 1).flatMap((turn) => (turn.role === "assistant" ? turn.calls : []));
  const word = wordOf(conversation[asked]?.text ?? "");
  const [search, read, write, run] = calls;
  if (search === undefined) {
    return {
      text: `My plan: I look for “${word}”, read what there is, write a note of it, and count the note’s words.`,
      call: { tool: "search_files", arguments: { text: word } },
    };
  }
  const path = /^([^:\n]+)(:|$)/m.exec(search.output)?.[1] ?? "";
  if (search.failed || search.output.startsWith("nothing")) return { text: `There is nothing about “${word}” here.` };
  if (read === undefined) return { text: `I read ${path}.`, call: { tool: "read_file", arguments: { path } } };
  const note = `notes/${word}.md`;
  if (write === undefined) {
    const lines = read.output.split("\n").filter((line) => line.toLowerCase().includes(word));
    const content = `# ${word}\n\nFrom ${path}:\n\n${lines.map((line) => `> ${line}\n`).join("")}`;
    return { text: `I would like to write ${note}.`, call: { tool: "write_file", arguments: { path: note, content } } };
  }
  if (run === undefined && !write.failed) {
    const command = `wc -w ${note} >> notes/counts.txt; sleep ${pace / 20}; tail -n 1 notes/counts.txt`;
    return { text: "Now I would like to count its words.", call: { tool: "run_command", arguments: { command } } };
  }
  return { text: `Done. I found “${word}” in ${path}. The note: ${toldOf(write)}. The count: ${toldOf(run)}.` };
}

/** The longest word, in letters that a shell leaves alone. */
function wordOf(question: string): string {
  const words = question.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.reduce((longest, word) => (word.length >= longest.length ? word : longest), "") || "nothing";
}

function toldOf(call: DoneCall | undefined): string {
  return call === undefined ? "not made" : call.output.trim().replaceAll(/\s+/g, " ");
}
