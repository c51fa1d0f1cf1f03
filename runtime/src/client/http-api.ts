import { type DescMessage, fromJson, type JsonValue, type Registry, toJson } from "@bufbuild/protobuf";
import { type SnapshotFrame, SnapshotFrameSchema } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import { SessionstreamError } from "../errors.js";
import type { Submitted } from "../hub/session-client.js";
import type { DescCommand } from "../schema/descriptors.js";
import type { Payload } from "../schema/payload.js";

/** The calls that a client makes by HTTP. */
export class HttpApi {
  readonly #base: string;
  readonly #fetch: typeof fetch;
  readonly #registry: Registry;

  constructor(base: string, fetchFunction: typeof fetch, registry: Registry) {
    this.#base = base.replace(/\/$/, "");
    this.#fetch = fetchFunction;
    this.#registry = registry;
  }

  /** Throws a SessionstreamError with the code that the server gave, or REQUEST_FAILED. */
  async submit(sessionId: string, command: DescCommand, payload: Payload<DescMessage>): Promise<Submitted> {
    const json = await this.#call(sessionId, `commands/${encodeURIComponent(command.name)}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(toJson(command.schema, payload, { registry: this.#registry })),
    });
    return { ordinal: BigInt((json as { ordinal: string }).ordinal) };
  }

  /** Throws like `submit`. */
  async snapshot(sessionId: string): Promise<SnapshotFrame> {
    const json = await this.#call(sessionId, "snapshot", { method: "GET" });
    return fromJson(SnapshotFrameSchema, json, { registry: this.#registry, ignoreUnknownFields: true });
  }

  async #call(sessionId: string, path: string, init: RequestInit): Promise<JsonValue> {
    const url = `${this.#base}/sessions/${encodeURIComponent(sessionId)}/${path}`;
    let response: Response;
    let json: JsonValue;
    try {
      response = await this.#fetch(url, init);
      json = (await response.json()) as JsonValue;
    } catch (thrown) {
      throw new SessionstreamError("REQUEST_FAILED", `${init.method} ${url} failed`, { sessionId }, thrown);
    }
    if (!response.ok) throw refusal(response.status, json, sessionId);
    return json;
  }
}

function refusal(status: number, json: JsonValue, sessionId: string): SessionstreamError {
  const { code, message } = (json ?? {}) as { code?: SessionstreamError["code"]; message?: string };
  return new SessionstreamError(code ?? "REQUEST_FAILED", message ?? `the server answered ${status}`, { sessionId });
}
