import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";

/** What frameworks add to a request. */
interface FrameworkFields {
  /** The URL before the part was cut off that a router is mounted at. */
  readonly originalUrl?: string;
  /** The body, where one of their parsers has read it already. */
  readonly body?: unknown;
}

/** The target of a request as the client wrote it. */
export function targetOf(incoming: IncomingMessage & FrameworkFields): string {
  return incoming.originalUrl ?? incoming.url ?? "/";
}

/** Makes a web request of a Node one; undefined where it cannot be one. Its body is read when it is asked for. */
export function toRequest(incoming: IncomingMessage & FrameworkFields, signal: AbortSignal): Request | undefined {
  const { method = "GET", headers } = incoming;
  const scheme = (incoming.socket as Partial<TLSSocket>).encrypted ? "https" : "http";
  const hasBody = method !== "GET" && method !== "HEAD";
  try {
    return new Request(new URL(targetOf(incoming), `${scheme}://${headers.host ?? "localhost"}`), {
      method,
      headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
        value === undefined || name.startsWith(":") ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
      ),
      signal,
      ...(hasBody && {
        body: incoming.body === undefined ? streamOf(incoming) : parsed(incoming.body),
        duplex: "half",
      }),
    });
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
