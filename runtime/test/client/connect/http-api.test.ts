import type { SubmitOptions } from "@sessionstream/runtime";
import type { ConnectOptions } from "@sessionstream/runtime/client";
import { describe, expect, test, vi } from "vitest";
import {
  ChatMessage,
  ChatStartInference,
  type chat,
} from "../../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { connectFake } from "../../../../test/fixtures/chat/fake-client.js";
import { entity, snapshot } from "../../../../test/fixtures/chat/frames.js";

type Answer = () => Response | Promise<Response>;

function session(answer: Answer, options: Partial<ConnectOptions<typeof chat>> = {}, sessionId = "s") {
  const calls: [url: string, init: RequestInit | undefined][] = [];
  const fetch = vi.fn(async (url: string | URL | Request, init?: RequestInit) => {
    calls.push([String(url), init]);
    return answer();
  });
  const { client, errors } = connectFake({ fetch, reconnect: { first: 10, longest: 40 }, retryFor: 0, ...options });
  const given = client.session(sessionId);
  const ask = (more?: SubmitOptions) => given.submit(ChatStartInference, { prompt: "p" }, more);
  const keys = () => calls.map(([, init]) => new Headers(init?.headers).get("idempotency-key"));
  return { client, session: given, calls, errors, ask, keys };
}

test("a command goes by HTTP to the host of the WebSocket, or to where one says", async () => {
  const answer = () => Response.json({ ordinal: "18446744073709551615" });
  const { ask, calls } = session(answer, {}, "a/b ü");
  expect(await ask()).toEqual({ ordinal: 2n ** 64n - 1n });
  const path = "sessions/a%2Fb%20%C3%BC/commands/ChatStartInference";
  expect(calls[0]?.[0]).toBe(`http://server.test/api/${path}`);
  expect(calls[0]?.[1]).toEqual({
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": expect.stringMatching(/^[0-9a-f]{32}$/) },
    body: '{"prompt":"p"}',
    signal: expect.any(AbortSignal),
  });
  for (const [http, base] of [
    ["/deep/api/", "http://server.test/deep/api"],
    ["https://api.test/v1", "https://api.test/v1"],
  ] as const) {
    const other = session(answer, { http }, "a/b ü");
    await other.ask();
    expect(other.calls[0]?.[0]).toBe(`${base}/${path}`);
  }
});

test("an error keeps the server's code and message", async () => {
  const { ask } = session(() => Response.json({ code: "KEY_REUSED", message: "used" }, { status: 422 }));
  await expect(ask()).rejects.toMatchObject({
    code: "KEY_REUSED",
    message: "used",
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
    [() => Response.json({ ordinal: 5 }), "the server answered 200, not as expected"],
    [() => Response.json({ ordinal: "-3" }), "the server answered 200, not as expected"],
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
    await expect(session(() => Response.json({}), {}, id).ask()).rejects.toMatchObject({
      code: "INVALID_SESSION",
    });
  }
});

describe("a command that is not answered", () => {
  const done = () => Response.json({ ordinal: "7" });
  const unavailable: [string, Answer][] = [
    ["cannot be reached", () => Promise.reject(new TypeError("fetch failed"))],
    ["is behind a gateway that has no server", () => new Response("<h1>Bad gateway</h1>", { status: 502 })],
    ["is closing", () => Response.json({ code: "CLOSED", message: "the hub is closed" }, { status: 503 })],
    ["breaks off its answer", () => new Response(brokenOff())],
  ];

  test.each(unavailable)("because the server %s is submitted again under the same key", async (_, answer) => {
    const answers = [answer, answer, done];
    const { ask, keys } = session(() => (answers.shift() as Answer)(), { retryFor: 30_000 });
    expect(await ask()).toEqual({ ordinal: 7n });
    expect(keys()).toHaveLength(3);
    expect(new Set(keys()).size).toBe(1);
  });

  test.each(unavailable)("because the server %s fails with what it said last, after a time", async (_, answer) => {
    const { ask, calls } = session(answer, { retryFor: 100 });
    const before = performance.now();
    await expect(ask()).rejects.toMatchObject({ code: expect.stringMatching(/^(REQUEST_FAILED|CLOSED)$/) });
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(calls.length).toBeGreaterThan(1);
  });

  test("in time is submitted again for as long as the server is there, also by a fetch that cannot be aborted", async () => {
    let calls = 0;
    const fetch: typeof globalThis.fetch = () => (calls++ < 5 ? new Promise(() => {}) : Promise.resolve(done()));
    const { client, network } = connectFake({ fetch, connectTimeout: 20, retryFor: 0 });
    network.last.accept();
    network.last.say({ hello: { connectionId: "1" } });
    const asked = client.session("s").submit(ChatStartInference, { prompt: "p" });
    const alive = setInterval(() => network.last.say({ pong: { nonce: "" } }), 5);
    expect(await asked).toEqual({ ordinal: 7n });
    clearInterval(alive);
    expect(calls).toBe(6);
  });

  test("by a server that is not there either fails after a time", async () => {
    const fetch: typeof globalThis.fetch = () => new Promise(() => {});
    const { ask } = session(done, { fetch, connectTimeout: 20, retryFor: 100 });
    await expect(ask()).rejects.toMatchObject({
      code: "REQUEST_FAILED",
      message: expect.stringContaining("no answer within 20 ms"),
    });
  });

  test("is given up when its signal is aborted, also between two attempts", async () => {
    const giveUp = new AbortController();
    const pauses = { retryFor: 60_000, reconnect: { first: 30_000, longest: 30_000 } };
    const { ask, calls } = session(() => Promise.reject(new TypeError("fetch failed")), pauses);
    const asked = ask({ signal: giveUp.signal });
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    giveUp.abort();
    await expect(asked).rejects.toMatchObject({ code: "REQUEST_FAILED" });
    await expect(ask({ signal: giveUp.signal })).rejects.toMatchObject({ code: "REQUEST_FAILED" });
    expect(calls.length).toBeLessThanOrEqual(2);
  });

  test("is given up when the client is closed", async () => {
    const pauses = { retryFor: 60_000, reconnect: { first: 30_000, longest: 30_000 } };
    const { client, ask, calls } = session(() => Promise.reject(new TypeError("fetch failed")), pauses);
    const asked = ask();
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    client.close();
    await expect(asked).rejects.toMatchObject({ code: "REQUEST_FAILED" });
  });

  function brokenOff(): ReadableStream {
    return new ReadableStream({ pull: (controller) => controller.error(new TypeError("terminated")) });
  }
});

test("what the server answered is not asked for again", async () => {
  for (const status of [400, 403, 404, 409, 422, 429, 500]) {
    const answer = () => Response.json({ code: "REJECTED", message: "no" }, { status });
    const { ask, calls } = session(answer, { retryFor: 30_000 });
    await expect(ask()).rejects.toMatchObject({ code: "REJECTED" });
    expect(calls).toHaveLength(1);
  }
});

test("each command has a key of its own, or the one that it is given", async () => {
  const { ask, keys, session: given } = session(() => Response.json({ ordinal: "1" }));
  await ask();
  await ask();
  await ask({ key: "mine" });
  expect(new Set(keys()).size).toBe(3);
  expect(keys()[2]).toBe("mine");
  await expect(given.submit(ChatStartInference, {}, { key: "not mine" })).rejects.toMatchObject({
    code: "INVALID_KEY",
  });
  expect(keys()).toHaveLength(3);
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
