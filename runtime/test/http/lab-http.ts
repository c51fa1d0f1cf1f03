import { type CommandContext, type DescEvent, Hub, type Store } from "@sessionstream/runtime";
import { type HttpHandlerOptions, httpHandler } from "@sessionstream/runtime/http";
import type { LabWork } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../test/fixtures/lab.js";
import { memoryPlace } from "../../../test/fixtures/stores.js";

type Work = (context: CommandContext<typeof LabWork, DescEvent>) => void | Promise<void>;

/** The handler of a hub whose command LabWork does `work`. */
export function serve(work: Work = () => {}, options: HttpHandlerOptions = {}, store: Store = memoryPlace().open()) {
  const hub = new Hub({ features: [labOf({ work })], store, onError: () => {} });
  const internals: unknown[] = [];
  const handler = httpHandler(hub, { onError: (error) => internals.push(error), ...options });
  const call = async (method: string, path: string, init: RequestInit = {}) => {
    const response = await handler(new Request(`http://server.test${path}`, { method, ...init }));
    if (response === undefined) return undefined;
    const { status, headers } = response;
    return { status, headers, body: (await response.json()) as Record<string, unknown> };
  };
  const post = (path: string, body: string | Uint8Array<ArrayBuffer>, type = "application/json") =>
    call("POST", path, { body, headers: { "content-type": type } });
  const submitWork = (body: string | Uint8Array<ArrayBuffer> = "{}", session = "s") =>
    post(`/api/sessions/${session}/commands/LabWork`, body);
  return { hub, internals, call, post, work: submitWork };
}

export const internal = { status: 500, body: { code: "INTERNAL", message: "the request failed in the server" } };
