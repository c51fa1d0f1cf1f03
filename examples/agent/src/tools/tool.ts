/** What the assistant can do beside talking. All arguments are texts. */
export interface Tool<Parameter extends string = string> {
  readonly name: string;
  /** Told to the model. */
  readonly description: string;
  /** The arguments, and what each of them is. */
  readonly parameters: Readonly<Record<Parameter, string>>;
  /** Whether a person must say yes first. */
  readonly needsApproval: boolean;
  /** Whether it may be done again, unasked, where a kill came between its start and its result. */
  readonly isRepeatable: boolean;
  /** Resolves to what the model and the people are told. What it throws is told, too. */
  act(given: Readonly<Record<Parameter, string>>, context: ToolContext): Promise<string>;
}

/** Where and for whom a tool acts. */
export interface ToolContext {
  /** The folder beyond which nothing is read or written. */
  readonly folder: string;
  /** Of this call, the same however often it is done. Fit for the name of a file. */
  readonly key: string;
  readonly signal: AbortSignal;
}

/** What came of a call. */
export interface ToolResult {
  readonly output: string;
  readonly failed: boolean;
}

/** A call as a model makes it. */
export interface GivenCall {
  readonly tool: string;
  /** A JSON object, if the model made no mistake. */
  readonly arguments: string;
}

/** Whether a person is to be asked. Nobody is asked about a call that cannot be done anyway. */
export function needsApproval(tools: readonly Tool[], call: GivenCall): boolean {
  try {
    const tool = toolOf(tools, call);
    readArguments(tool, call);
    return tool.needsApproval;
  } catch {
    return false;
  }
}

/** Does a call. Rejects only with the signal's reason: what else goes wrong is the result. */
export async function act(tools: readonly Tool[], call: GivenCall, context: ToolContext): Promise<ToolResult> {
  try {
    const tool = toolOf(tools, call);
    return { output: await tool.act(readArguments(tool, call), context), failed: false };
  } catch (error) {
    context.signal.throwIfAborted();
    return { output: error instanceof Error ? error.message : String(error), failed: true };
  }
}

export function isRepeatable(tools: readonly Tool[], { tool: name }: GivenCall): boolean {
  return tools.find((tool) => tool.name === name)?.isRepeatable ?? true;
}

function toolOf(tools: readonly Tool[], { tool: name }: GivenCall): Tool {
  const found = tools.find((tool) => tool.name === name);
  if (found !== undefined) return found;
  throw new Error(`there is no tool "${name}", only ${tools.map((tool) => tool.name).join(", ")}`);
}

function readArguments({ name, parameters }: Tool, call: GivenCall): Readonly<Record<string, string>> {
  let given: unknown;
  try {
    given = JSON.parse(call.arguments);
  } catch {
    throw new Error(`the arguments of ${name} are not JSON`);
  }
  const found = new Map(Object.entries(given ?? {}));
  const texts = Object.keys(parameters).map((parameter) => {
    const text: unknown = found.get(parameter);
    if (typeof text !== "string") throw new Error(`${name} needs the argument "${parameter}", a text`);
    return [parameter, text];
  });
  return Object.fromEntries(texts);
}
