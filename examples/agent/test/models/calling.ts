import type { Model, Part } from "../../src/models/model.js";

/** A model that calls a tool, and then tells what came of it. */
export function calling(tool: string, given: Readonly<Record<string, string>>): Model {
  return {
    name: "calling",
    async *answer(conversation): AsyncIterable<Part> {
      const turn = conversation.at(-1);
      if (turn?.role === "assistant") yield { type: "text", text: `It said: ${turn.calls[0]?.output}` };
      else yield { type: "call", tool, arguments: JSON.stringify(given) };
    },
  };
}
