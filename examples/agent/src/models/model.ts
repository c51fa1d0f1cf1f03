import type { GivenCall, Tool, ToolResult } from "../tools/tool.js";

/** What a language model does: it goes on with a conversation, once. Calling tools is up to whoever asked. */
export interface Model {
  readonly name: string;
  /**
   * Streams the next message of the assistant. It is whole where the stream ends, and worth nothing
   * where the stream throws. Aborting the signal makes it throw.
   */
  answer(conversation: Conversation, tools: readonly Tool[], signal: AbortSignal): AsyncIterable<Part>;
}

/** A piece of a message: a bit of text, or a whole call of a tool. */
export type Part = { readonly type: "text"; readonly text: string } | ({ readonly type: "call" } & GivenCall);

export type Conversation = readonly Turn[];

/** A message of a conversation. All calls of one of the assistant have their results with it. */
export type Turn =
  | { readonly role: "user"; readonly text: string }
  | { readonly role: "assistant"; readonly text: string; readonly calls: readonly DoneCall[] };

export interface DoneCall extends GivenCall, ToolResult {
  readonly callId: string;
}
