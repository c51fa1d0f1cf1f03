import { type CommandContext, type DescEvent, Hub, SessionstreamError, type Store } from "@sessionstream/runtime";
import { type HttpHandlerOptions, httpHandler } from "@sessionstream/runtime/http";
import { expect, test, vi } from "vitest";
import { LabCounterAdded, LabTrace, type LabWork } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../fixtures/lab.js";
import { memoryPlace, wrapStore } from "../fixtures/stores.js";

type Work = (context: CommandContext<typeof LabWork, DescEvent>) => void | Promise<void>;

/** The handler of a hub whose command LabWork does `work`. */
function serve(work: Work = () => {}, options: HttpHandlerOptions = {}, store: Store = memoryPlace().open()) {
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
  const work1 = (body: string | Uint8Array<ArrayBuffer> = "{}", session = "s") =>
    post(`/api/sessions/${session}/commands/LabWork`, body);
  return { hub, internals, call, post, work: work1 };
}

const internal = { status: 500, body: { code: "INTERNAL", message: "the request failed in the server" } };

test("a command is answered with the ordinal of its last event, and the snapshot has it", async () => {
  const { work, call } = serve(async ({ payload, publish }) => {
    await publish(LabTrace, {});
    await publish(LabCounterAdded, { name: payload.task, amount: 2n ** 60n });
  });
  expect(await work('{"task":"t"}')).toMatchObject({ status: 200, body: { ordinal: "2" } });
  const found = await call("GET", "/api/sessions/s/snapshot");
  expect(found).toMatchObject({
    status: 200,
    body: { sessionId: "s", snapshotOrdinal: "2", entities: [{ kind: "LabCounter", id: "t" }] },
  });
  expect(found?.headers.get("cache-control")).toBe("no-store");
  const past = await call("GET", "/api/sessions/s/snapshot?asOf=1");
  expect(past?.body).toEqual({ sessionId: "s", snapshotOrdinal: "1" });
  expect((await call("GET", "/api/sessions/nobody/snapshot"))?.body).toEqual({ sessionId: "nobody" });
});

test("session ids of any letters are found in the path", async () => {
  const seen: string[] = [];
  const { work } = serve(({ session }) => void seen.push(session.id));
  const ids = ["a b", "ünïcode 🙂", "a/b?c#d", "%2F", "x".repeat(512)];
  for (const id of ids) expect((await work("{}", encodeURIComponent(id)))?.status).toBe(200);
  expect(seen).toEqual(ids);
});

test("paths of others are left to others", async () => {
  const { call } = serve();
  for (const path of [
    "/",
    "/api",
    "/api/sessions/s",
    "/api/sessions//snapshot",
    "/api/sessions/s/snapshot/x",
    "/apix/sessions/s/snapshot",
    "/api/sessions/%E0%A4%A/snapshot",
  ]) {
    expect(await call("GET", path)).toBeUndefined();
  }
});

test.each(["/", "", "/deep/er", "/deep/er/"])("the paths can begin with %j", async (basePath) => {
  const { call } = serve(undefined, { basePath });
  expect((await call("GET", `${basePath.replace(/\/$/, "")}/sessions/s/snapshot`))?.status).toBe(200);
});

test("what the client did wrong is told with a status, a code and a message", async () => {
  const { call, post, work } = serve();
  const command = "/api/sessions/s/commands/LabWork";
  const told = async (answer: ReturnType<typeof post>) => {
    const { status, body } = (await answer) ?? {};
    return [status, body?.code, body?.message];
  };
  expect(await told(call("GET", command))).toEqual([405, "METHOD_NOT_ALLOWED", "got method GET, want POST"]);
  expect((await call("DELETE", "/api/sessions/s/snapshot"))?.headers.get("allow")).toBe("GET");
  expect(await told(post(command, "{}", "text/plain"))).toEqual([
    415,
    "INVALID_PAYLOAD",
    'got content type "text/plain", want application/json',
  ]);
  expect((await post(command, "{}", "application/jsonx"))?.status).toBe(415);
  expect((await post(command, "{}", "Application/JSON; charset=utf-8"))?.status).toBe(200);
  expect(await told(post("/api/sessions/s/commands/Nothing", "{}"))).toEqual([
    404,
    "UNKNOWN_NAME",
    'unknown command "Nothing"',
  ]);
  for (const body of [
    "",
    "{",
    "7",
    "[]",
    '{"task":7}',
    '{"tusk":""}',
    '{"task":"\\ud800"}',
    new Uint8Array([0x22, 0xff, 0x22]),
  ]) {
    expect(await told(work(body))).toEqual([
      400,
      "INVALID_PAYLOAD",
      expect.stringContaining('command "LabWork" payload'),
    ]);
  }
  expect(await told(work("{}", "x".repeat(513)))).toEqual([400, "INVALID_SESSION", expect.any(String)]);
  for (const asOf of ["", "-1", "x", "1.5", "1".repeat(20)]) {
    expect((await call("GET", `/api/sessions/s/snapshot?asOf=${asOf}`))?.status).toBe(400);
  }
});

test("a command that nobody handles is not found", async () => {
  const { handle: _, ...feature } = labOf();
  const handler = httpHandler(new Hub({ features: [feature] }));
  const request = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
  const response = await handler(new Request("http://server.test/api/sessions/s/commands/LabWork", request));
  expect([response?.status, await response?.json()]).toMatchObject([404, { code: "NO_HANDLER" }]);
});

test("a body above the limit is refused, with and without a length", async () => {
  const { work } = serve(undefined, { maxBodyBytes: 20 });
  const fits = `{"task":"${"x".repeat(9)}"}`;
  expect((await work(fits))?.status).toBe(200);
  expect(await work(`${fits} `)).toMatchObject({ status: 413, body: { message: "the payload exceeds 20 bytes" } });
  let pulled = 0;
  let cancelled = false;
  const endless = new ReadableStream({
    pull: (controller) => {
      pulled++;
      controller.enqueue(new TextEncoder().encode("xxxxxxxx"));
    },
    cancel: () => {
      cancelled = true;
    },
  });
  const hub = new Hub({ features: [labOf()] });
  const response = await httpHandler(hub, { maxBodyBytes: 20 })(
    new Request("http://server.test/api/sessions/s/commands/LabWork", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: endless,
      duplex: "half",
    }),
  );
  expect([response?.status, cancelled, pulled < 10]).toEqual([413, true, true]);
});

test("what a handler throws is kept from the client, unless it is REJECTED", async () => {
  const thrown: [unknown, number, string][] = [
    [new SessionstreamError("REJECTED", "the room is full"), 422, "the room is full"],
    [new Error("password is swordfish"), 500, internal.body.message],
    [new SessionstreamError("INTERNAL", "inner"), 500, internal.body.message],
    [new SessionstreamError("INVALID_SESSION", "another one's"), 500, internal.body.message],
    [new SessionstreamError("FORBIDDEN", "of another service"), 500, internal.body.message],
    [new SessionstreamError("NO_HANDLER", "of another command", { name: "Other" }), 500, internal.body.message],
    ["a string", 500, internal.body.message],
    [undefined, 500, internal.body.message],
  ];
  for (const [error, status, message] of thrown) {
    const { work, internals } = serve(() => {
      throw error;
    });
    expect(await work()).toMatchObject({ status, body: { message } });
    expect(internals).toEqual(status === 500 ? [error] : []);
  }
});

test("a handler's own invalid publish does not look like the client's mistake", async () => {
  const { work, internals } = serve(async ({ publish }) => {
    await publish(LabCounterAdded, { amount: "many" as never });
  });
  expect(await work()).toMatchObject(internal);
  expect(internals).toMatchObject([{ code: "INVALID_PAYLOAD" }]);
});

test("a store that fails, or has what cannot be read, is not the client's mistake either", async () => {
  const place = memoryPlace();
  const entity = { kind: "LabNote", id: "1", createdOrdinal: 1n, lastEventOrdinal: 1n, type: "lab.v1.NoteEntity" };
  const corrupt = {
    revision: 1,
    ordinal: 1n,
    cursor: 1n,
    metadata: {},
    entities: [{ ...entity, payload: new Uint8Array([0xff]) }],
  };
  const failing = [
    () => Promise.reject(new Error("the disk is on fire")),
    () => Promise.resolve(corrupt),
    () => Promise.reject(new SessionstreamError("INVALID_PAYLOAD", "inner")),
  ];
  for (const load of failing) {
    const store = wrapStore(place.open(), { load });
    const { call, internals } = serve(undefined, {}, store);
    expect(await call("GET", "/api/sessions/s/snapshot")).toMatchObject(internal);
    expect(internals).toHaveLength(1);
  }
});

test("authorize is asked for each request, and nothing but true lets it through", async () => {
  const asked: unknown[] = [];
  let answer: unknown = false;
  let handled = 0;
  const { work, call, internals } = serve(() => void handled++, {
    authorize: (request, sessionId, command) => {
      asked.push([request.headers.get("cookie"), sessionId, command]);
      if (answer instanceof Error) throw answer;
      return answer as boolean;
    },
  });
  for (answer of [false, undefined, "yes", Promise.resolve(false), new SessionstreamError("FORBIDDEN", "go away")]) {
    expect(await work()).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
  }
  expect((await call("GET", "/api/sessions/s%20t/snapshot", { headers: { cookie: "who=me" } }))?.status).toBe(403);
  expect(asked).toEqual([...Array(5).fill([null, "s", "LabWork"]), ["who=me", "s t", undefined]]);
  answer = new Error("the user database is down");
  expect(await work()).toMatchObject(internal);
  expect([handled, internals]).toEqual([0, [answer]]);
  answer = true;
  expect((await work())?.status).toBe(200);
});

test("a hub that is closed says so", async () => {
  const { hub, work } = serve();
  await hub.close();
  expect(await work()).toMatchObject({ status: 503, body: { code: "CLOSED" } });
});

test("a client that goes away aborts the handler, and nobody is bothered by it", async () => {
  const gone = new AbortController();
  const { hub, internals } = serve();
  let began: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    began = resolve;
  });
  const aborted: unknown[] = [];
  const slow = serve(async ({ signal }) => {
    began();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    aborted.push(signal.reason);
    signal.throwIfAborted();
  });
  const answer = slow.call("POST", "/api/sessions/s/commands/LabWork", {
    body: "{}",
    headers: { "content-type": "application/json" },
    signal: gone.signal,
  });
  await begun;
  gone.abort();
  await answer;
  expect([aborted.length, slow.internals, internals]).toEqual([1, [], []]);
  await hub.close();
});

test("an onError that throws does not keep the client from its answer; without one, errors are printed", async () => {
  const fail = () => {
    throw new Error("broken");
  };
  expect(await serve(fail, { onError: fail }).work()).toMatchObject(internal);
  const print = vi.spyOn(console, "error").mockImplementation(() => {});
  const handler = httpHandler(new Hub({ features: [labOf({ work: fail })] }));
  const init = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
  await handler(new Request("http://server.test/api/sessions/s/commands/LabWork?token=secret", init));
  expect(print.mock.calls).toEqual([
    ["sessionstream: POST /api/sessions/s/commands/LabWork failed:", expect.objectContaining({ message: "broken" })],
  ]);
  print.mockRestore();
});
