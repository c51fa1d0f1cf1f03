import type {
  JSONObject,
  LanguageModelV3,
  LanguageModelV3FunctionTool,
  LanguageModelV3Message,
} from "@ai-sdk/provider";
import type { Tool } from "../tools/tool.js";
import type { DoneCall, Model, Part, Turn } from "./model.js";

const instructions = `You are an assistant who works with the files of a folder. Say your plan in a sentence or two before
you begin. A person is asked before a file is written or a command is run, and may refuse: then do not ask for the
same again. Paths are below the folder, without a slash at their beginning. At the end, sum up what you did.`;

/** Any model of the AI SDK. It is asked for one message at a time: which tools are called, and when, is up to us. */
export function aiSdkModel(model: LanguageModelV3): Model {
  return {
    name: model.modelId,
    async *answer(conversation, tools, signal): AsyncIterable<Part> {
      const { stream } = await model.doStream({
        prompt: [{ role: "system", content: instructions }, ...conversation.flatMap(messagesOf)],
        tools: tools.map(functionOf),
        abortSignal: signal,
      });
      for await (const part of stream) {
        if (part.type === "text-delta") yield { type: "text", text: part.delta };
        else if (part.type === "tool-call") yield { type: "call", tool: part.toolName, arguments: part.input };
        else if (part.type === "error") throw errorOf(part.error);
        else if (part.type === "finish" && part.finishReason.unified === "length") {
          yield { type: "text", text: "\n[cut: the message is as long as the model may write]" };
        }
      }
    },
  };
}

function messagesOf(turn: Turn): LanguageModelV3Message[] {
  if (turn.role === "user") return [{ role: "user", content: [{ type: "text", text: turn.text }] }];
  const { text, calls } = turn;
  const said = text === "" ? [] : [{ type: "text" as const, text }];
  const asked = calls.map(
    (call) => ({ type: "tool-call", toolCallId: call.callId, toolName: call.tool, input: inputOf(call) }) as const,
  );
  const results = calls.map(({ callId, tool, output, failed }) => {
    const told = { type: failed ? "error-text" : "text", value: output } as const;
    return { type: "tool-result", toolCallId: callId, toolName: tool, output: told } as const;
  });
  if (said.length + asked.length === 0) return [];
  return [
    { role: "assistant", content: [...said, ...asked] },
    ...(results.length === 0 ? [] : [{ role: "tool" as const, content: results }]),
  ];
}

/** What the model gave, as it gave it, also where it is not JSON. */
function inputOf({ arguments: json }: DoneCall): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

function functionOf({ name, description, parameters }: Tool): LanguageModelV3FunctionTool {
  const properties: JSONObject = Object.fromEntries(
    Object.entries(parameters).map(([parameter, about]) => [parameter, { type: "string", description: about }]),
  );
  const inputSchema = { type: "object", properties, required: Object.keys(parameters), additionalProperties: false };
  return {
    type: "function",
    name,
    description,
    inputSchema: inputSchema as LanguageModelV3FunctionTool["inputSchema"],
  };
}

function errorOf(error: unknown): Error {
  if (error instanceof Error) return error;
  const { message } = (error ?? {}) as { message?: unknown };
  return new Error(typeof message === "string" ? message : `the model failed: ${JSON.stringify(error)}`);
}
