import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How the server answers one request. */
export type Reply =
  /** Chunks of a stream. It ends in order, or its connection breaks. */
  | { readonly stream: readonly object[]; readonly breaks?: boolean; readonly endless?: boolean }
  | { readonly status: number; readonly body: object; readonly headers?: Record<string, string> };

/** What it was asked. */
export interface Request {
  readonly path: string | undefined;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown>;
}

/** A small server that speaks OpenAI's streaming chat completions, as far as a client sees. */
export class ChatCompletions {
  readonly requests: Request[] = [];
  /** Given out one after the other, the last one for ever. */
  replies: Reply[] = [];
  /** How many answers their clients gave up. */
  givenUp = 0;
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const { authorization } = request.headers;
    this.requests.push({ path: request.url, authorization, body: JSON.parse(body) });
    const reply = this.replies.length > 1 ? this.replies.shift() : this.replies[0];
    if (reply === undefined) throw new Error("the test gave no reply");
    if ("status" in reply) {
      response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
      response.end(JSON.stringify(reply.body));
      return;
    }
    response.on("close", () => {
      if (!response.writableEnded) this.givenUp++;
    });
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const chunk of reply.stream) {
      // Each in a packet of its own.
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    if (reply.breaks) response.destroy();
    else if (!reply.endless) response.end("data: [DONE]\n\n");
  }
}

const chunk = (choice: object) => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1,
  model: "small",
  choices: [{ index: 0, finish_reason: null, ...choice }],
});

/** A piece of text. */
export const text = (content: string): object => chunk({ delta: { content } });

/** A piece of a call of a tool: the first has id and name. */
export const call = (index: number, given: { id?: string; name?: string; arguments: string }): object => {
  const { id, name, arguments: piece } = given;
  const part = { index, ...(id && { id, type: "function" }), function: { ...(name && { name }), arguments: piece } };
  return chunk({ delta: { tool_calls: [part] } });
};

export const finish = (reason: string): object => chunk({ delta: {}, finish_reason: reason });
