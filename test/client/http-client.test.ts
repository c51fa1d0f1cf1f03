import { expect, test, vi } from "vitest";
import { ChatMessage, ChatStartInference } from "../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { connectFake } from "./fake-client.js";
import { entity, snapshot } from "./frames.js";

type Answer = () => Response | Promise<Response>;

function session(answer: Answer, http?: string, sessionId = "s") {
  const calls: [url: string, init: RequestInit | undefined][] = [];
  const fetch = vi.fn(async (url: string | URL | Request, init?: RequestInit) => {
    calls.push([String(url), init]);
    return answer();
  });
  const { client, errors } = connectFake({ fetch, ...(http !== undefined && { http }) });
  const given = client.session(sessionId);
  return { session: given, calls, errors, ask: () => given.submit(ChatStartInference, { prompt: "p" }) };
}

test("a command goes by HTTP to the host of the WebSocket, or to where one says", async () => {
  const answer = () => Response.json({ ordinal: "18446744073709551615" });
  const { ask, calls } = session(answer, undefined, "a/b ü");
  expect(await ask()).toEqual({ ordinal: 2n ** 64n - 1n });
  const path = "sessions/a%2Fb%20%C3%BC/commands/ChatStartInference";
  expect(calls[0]?.[0]).toBe(`http://server.test/api/${path}`);
  expect(calls[0]?.[1]).toEqual({
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"prompt":"p"}',
  });
  for (const [http, base] of [
    ["/deep/api/", "http://server.test/deep/api"],
    ["https://api.test/v1", "https://api.test/v1"],
  ]) {
    const other = session(answer, http, "a/b ü");
    await other.ask();
    expect(other.calls[0]?.[0]).toBe(`${base}/${path}`);
  }
});

test("an error keeps the server's code and message", async () => {
  const { ask } = session(() => Response.json({ code: "REJECTED", message: "the room is full" }, { status: 422 }));
  await expect(ask()).rejects.toMatchObject({
    code: "REJECTED",
    message: "the room is full",
    context: { sessionId: "s" },
  });
});

test("everything else that goes wrong is REQUEST_FAILED, with what is known of it", async () => {
  const answers: [Answer, string][] = [
    [() => Promise.reject(new TypeError("fetch failed")), "fetch failed"],
    [() => new Response("<h1>Bad gateway</h1>", { status: 502 }), "the server answered 502"],
    [() => Response.json({ code: 7, message: "x" }, { status: 500 }), "the server answered 500"],
    [() => Response.json(null, { status: 500 }), "the server answered 500"],
    [() => Response.json({}), "the server answered 200, not as expected"],
    [() => Response.json(null), "the server answered 200, not as expected"],
    [() => new Response("hello"), "the server answered 200, not as expected"],
  ];
  for (const [answer, reason] of answers) {
    await expect(session(answer).ask()).rejects.toMatchObject({
      code: "REQUEST_FAILED",
      message: expect.stringContaining(`/commands/ChatStartInference failed: ${reason}`),
    });
  }
});

test("a payload that does not fit is refused before anything is sent", async () => {
  const { session: given, calls } = session(() => Response.json({ ordinal: "1" }));
  await expect(given.submit(ChatStartInference, { prompt: 7 as never })).rejects.toMatchObject({
    code: "INVALID_PAYLOAD",
  });
  await expect(given.submit(ChatStartInference, null as never)).rejects.toMatchObject({
    code: "PAYLOAD_TYPE_MISMATCH",
  });
  expect(calls).toEqual([]);
});

test("a session id that no URL can have is refused", async () => {
  for (const id of [".", ".."]) {
    await expect(session(() => Response.json({}), undefined, id).ask()).rejects.toMatchObject({
      code: "INVALID_SESSION",
    });
  }
});

test("a command can be aborted", async () => {
  const { session: given, calls } = session(() => Response.json({ ordinal: "1" }));
  const { signal } = new AbortController();
  await given.submit(ChatStartInference, { prompt: "p" }, { signal });
  expect(calls[0]?.[1]?.signal).toBe(signal);
});

test("a snapshot that is asked for is read like one that comes by itself", async () => {
  const unknown = { kind: "ChatThought", id: "1", payload: { "@type": "type.googleapis.com/chat.v9.T" } };
  const { session: given, errors } = session(() =>
    Response.json(snapshot("s", 7, [unknown, entity(3, { messageId: "m", text: "a" })]).snapshot),
  );
  const found = await given.snapshot();
  expect([found.sessionId, found.ordinal, found.get(ChatMessage, "m")?.text]).toEqual(["s", 7n, "a"]);
  expect(found.entities).toMatchObject([{ kind: "ChatMessage", id: "m", createdOrdinal: 3n }]);
  expect(errors).toHaveLength(1);
  // What follows the session is left as it is.
  expect(given.isHydrated).toBe(false);
});
