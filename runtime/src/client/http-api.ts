import { type DescMessage, type JsonValue, toJson } from "@bufbuild/protobuf";
import { messageOf, SessionstreamError } from "../errors.js";
import type { Submitted } from "../hub/session-client.js";
import type { DescCommand } from "../schema/descriptors.js";
import type { Payload } from "../schema/payload.js";
import type { SchemaRegistry } from "../schema/registry.js";
import { Timeline } from "../timeline/timeline.js";
import type { FrameReader } from "./frame-reader.js";

/** The calls that a client makes by HTTP. */
export class HttpApi {
  readonly #base: string;
  readonly #fetch: typeof fetch;
  readonly #registry: SchemaRegistry;
  readonly #reader: FrameReader;

  constructor(base: string, fetchFunction: typeof fetch, registry: SchemaRegistry, reader: FrameReader) {
    this.#base = base.replace(/\/$/, "");
    this.#fetch = fetchFunction;
    this.#registry = registry;
    this.#reader = reader;
  }

  /** Throws a SessionstreamError with the code that the server gave, or REQUEST_FAILED. */
  submit(
    sessionId: string,
    command: DescCommand,
    payload: Payload<DescMessage>,
    signal: AbortSignal | undefined,
  ): Promise<Submitted> {
    const init: RequestInit = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(toJson(command.schema, payload, { registry: this.#registry.protobuf })),
      ...(signal !== undefined && { signal }),
    };
    return this.#call(sessionId, `commands/${encodeURIComponent(command.name)}`, init, (json) => {
      return { ordinal: BigInt((json as { ordinal: string }).ordinal) };
    });
  }

  /** Throws like `submit`. */
  snapshot(sessionId: string): Promise<Timeline> {
    return this.#call(sessionId, "snapshot", { method: "GET" }, (json) => {
      const { ordinal, entities } = this.#reader.snapshot(json);
      return new Timeline(this.#registry, ordinal, entities);
    });
  }

  async #call<T>(sessionId: string, path: string, init: RequestInit, read: (json: JsonValue) => T): Promise<T> {
    // A URL has no such segments, not even percent-encoded.
    if (/^\.{1,2}$/.test(sessionId)) {
      throw new SessionstreamError("INVALID_SESSION", `session id "${sessionId}" cannot be used by HTTP`, {
        sessionId,
      });
    }
    const url = `${this.#base}/sessions/${encodeURIComponent(sessionId)}/${path}`;
    const failed = (reason: string, cause?: unknown) =>
      new SessionstreamError("REQUEST_FAILED", `${init.method} ${url} failed: ${reason}`, { sessionId }, cause);
    let response: Response;
    let body: string;
    try {
      response = await this.#fetch(url, init);
      body = await response.text();
    } catch (thrown) {
      throw failed(messageOf(thrown), thrown);
    }
    const { status, ok } = response;
    try {
      const json = JSON.parse(body) as JsonValue;
      if (ok) return read(json);
      throw refusal(json, sessionId) ?? failed(`the server answered ${status}`);
    } catch (thrown) {
      throw thrown instanceof SessionstreamError
        ? thrown
        : failed(`the server answered ${status}, not as expected`, thrown);
    }
  }
}

/** The error that a server of ours gives. */
function refusal(json: JsonValue, sessionId: string): SessionstreamError | undefined {
  const { code, message } = (json ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code !== "string" || typeof message !== "string") return undefined;
  return new SessionstreamError(code as SessionstreamError["code"], message, { sessionId });
}
