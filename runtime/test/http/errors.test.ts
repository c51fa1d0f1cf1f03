import { create } from "@bufbuild/protobuf";
import { type Authentication, Hub, SessionstreamError } from "@sessionstream/runtime";
import { httpHandler } from "@sessionstream/runtime/http";
import { expect, test, vi } from "vitest";
import { LabCounterAdded, LabNote, LabNoteSet, LabWork } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../test/fixtures/lab.js";
import { memoryPlace, wrapStore } from "../../../test/fixtures/stores.js";
import { internal, serve } from "./lab-http.js";

test("what a handler throws is kept from the client, unless it is FORBIDDEN", async () => {
  const thrown: [unknown, number, string][] = [
    // Not made by `reject`, so that its code would be nobody's.
    [new SessionstreamError("REJECTED", "the room is full"), 500, internal.body.message],
    [new Error("password is swordfish"), 500, internal.body.message],
    [new SessionstreamError("INTERNAL", "inner"), 500, internal.body.message],
    [new SessionstreamError("INVALID_SESSION", "another one's"), 500, internal.body.message],
    [new SessionstreamError("FORBIDDEN", "only the host may"), 403, "only the host may"],
    [new SessionstreamError("UNAUTHENTICATED", "of another service"), 500, internal.body.message],
    [new SessionstreamError("NO_HANDLER", "of another command", { name: "Other" }), 500, internal.body.message],
    ["a string", 500, internal.body.message],
    [undefined, 500, internal.body.message],
  ];
  for (const error of thrown) {
    const { work, internals } = serve(() => {
      throw error;
    });
    expect(await work()).toMatchObject(internal);
    expect(internals).toEqual([error]);
  }
});

test("a command that the deletion of its session ends is told so", async () => {
  const { hub, work, internals } = serve(async ({ publish }) => {
    await publish(LabCounterAdded, { name: "c", amount: 1n });
    await hub.delete("s");
    await publish(LabCounterAdded, { name: "c", amount: 1n });
  });
  expect(await work()).toMatchObject({
    status: 410,
    body: { code: "SESSION_DELETED", message: expect.stringContaining('session "s" was deleted') },
  });
  expect(internals).toEqual([]);
  await hub.close();
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
  const entity = {
    kind: "LabNote",
    id: "1",
    createdOrdinal: 1n,
    position: 0,
    lastEventOrdinal: 1n,
    type: "lab.v1.NoteEntity",
  };
  const corrupt = {
    revision: 1,
    ordinal: 1n,
    cursor: 1n,
    failedAt: undefined,
    metadata: {},
    epoch: "",
    foldedUnder: {},
    runs: [],
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
  const { hub, work, call, internals } = serve(() => void handled++, {
    authenticate: ({ request }) => ({ identity: { id: request.headers.get("cookie") ?? "nobody" } }),
    authorize: ({ identity, action, view }) => {
      asked.push([identity?.id, action, view.get(LabNote, 1)?.text]);
      if (answer instanceof Error) throw answer;
      return answer as boolean;
    },
  });
  await hub.publish("s", LabNoteSet, { number: 1, text: "ours" });
  for (answer of [false, undefined, "yes", Promise.resolve(false), new SessionstreamError("FORBIDDEN", "go away")]) {
    expect(await work('{"task":"t"}')).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
  }
  expect(await work()).toMatchObject({ body: { message: "go away" } });
  const headers = { cookie: "who=me" };
  expect((await call("GET", "/api/sessions/s%20t/snapshot", { headers }))?.status).toBe(403);
  expect((await call("GET", "/api/sessions/s/snapshot?asOf=7"))?.status).toBe(403);
  const payload = create(LabWork.schema, { task: "t" });
  const submit = { type: "submit", sessionId: "s", command: "LabWork", payload };
  expect(asked).toEqual([
    ...Array(5).fill(["nobody", submit, "ours"]),
    ["nobody", { ...submit, payload: create(LabWork.schema) }, "ours"],
    ["who=me", { type: "read", sessionId: "s t" }, undefined],
    ["nobody", { type: "read", sessionId: "s", asOf: 7n }, "ours"],
  ]);
  answer = new Error("the user database is down");
  expect(await work()).toMatchObject(internal);
  expect([handled, internals]).toEqual([0, [answer]]);
  answer = true;
  expect((await work())?.status).toBe(200);
});

test("who is not known is answered 401, before anything is read of the request", async () => {
  let answer: unknown = null;
  const { work, call, internals } = serve(undefined, { authenticate: () => answer as Authentication });
  for (answer of [null, undefined, { identity: { id: "u" }, expiresAt: Date.now() - 1 }]) {
    const refused = await work("this is no JSON");
    expect(refused).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
    expect(refused?.headers.get("www-authenticate")).toBe("Bearer");
    expect((await call("GET", "/api/sessions/s/snapshot"))?.status).toBe(401);
  }
  expect(internals).toEqual([]);
  for (answer of [false, { identity: {} }, { identity: { id: "u" }, expiresAt: 1_700_000_000 }]) {
    expect(await work()).toMatchObject(internal);
    expect(internals.splice(0)).toEqual([expect.objectContaining({ code: "INVALID_OPTION" })]);
  }
});

test("the handler knows who asks, by cookie or by token", async () => {
  const seen: unknown[] = [];
  const { call } = serve(({ identity }) => void seen.push(identity), {
    authenticate: ({ request, token }) => ({
      identity: { id: token ?? request.headers.get("cookie") ?? "", name: new URL(request.url).pathname },
    }),
  });
  const submit = (headers: Record<string, string>) =>
    call("POST", "/api/sessions/s/commands/LabWork", {
      body: "{}",
      headers: { "content-type": "application/json", ...headers },
    });
  await submit({ authorization: "bearer  tok-en " });
  await submit({ cookie: "anna" });
  const name = "/api/sessions/s/commands/LabWork";
  expect(seen).toEqual([
    { id: "tok-en", name },
    { id: "anna", name },
  ]);
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
