import type { IncomingMessage } from "node:http";
import { headersOf, type Routed, urlOf } from "../access/incoming.js";

/** What frameworks add to a request. */
interface FrameworkFields extends Routed {
  /** The body, where one of their parsers has read it already. */
  readonly body?: unknown;
}

/** A web request does not say who sent it. */
const addresses = new WeakMap<Request, string>();

/** The address of the peer, if the request was made of a Node one. */
export function remoteAddressOf(request: Request): string | undefined {
  return addresses.get(request);
}

/** Makes a web request of a Node one; undefined where it cannot be one. Its body is read when it is asked for. */
export function toRequest(incoming: IncomingMessage & FrameworkFields, signal: AbortSignal): Request | undefined {
  const { method = "GET" } = incoming;
  const hasBody = method !== "GET" && method !== "HEAD";
  try {
    const request = new Request(urlOf(incoming), {
      method,
      headers: headersOf(incoming),
      signal,
      ...(hasBody && {
        body: incoming.body === undefined ? streamOf(incoming) : parsed(incoming.body),
        duplex: "half",
      }),
    });
    const { remoteAddress } = incoming.socket;
    if (remoteAddress !== undefined) addresses.set(request, remoteAddress);
    return request;
  } catch {
    return undefined;
  }
}

function parsed(body: unknown): string | Uint8Array<ArrayBuffer> {
  return typeof body === "string" || body instanceof Uint8Array ? (body as string) : JSON.stringify(body);
}

/** Unlike `Readable.toWeb`, to cancel it does not end the connection, so that the request can be answered. */
function streamOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = incoming.iterator({ destroyOnReturn: false });
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value as Uint8Array);
      },
      async cancel() {
        await chunks.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
