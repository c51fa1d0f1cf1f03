import { Hub, SessionstreamError } from "@sessionstream/runtime";
import { httpHandler } from "@sessionstream/runtime/http";
import { expect, test, vi } from "vitest";
import { LabCounterAdded } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../test/fixtures/lab.js";
import { memoryPlace, wrapStore } from "../../../test/fixtures/stores.js";
import { internal, serve } from "./lab-http.js";

test("what a handler throws is kept from the client", async () => {
  const thrown = [
    new Error("password is swordfish"),
    new SessionstreamError("INTERNAL", "inner"),
    new SessionstreamError("INVALID_SESSION", "another one's"),
    new SessionstreamError("FORBIDDEN", "of another service"),
    new SessionstreamError("NO_HANDLER", "of another command", { name: "Other" }),
    // Not made by `reject`, so that its code would be nobody's.
    new SessionstreamError("REJECTED", "the room is full"),
    "a string",
    undefined,
  ];
  for (const error of thrown) {
    const { work, internals } = serve(() => {
      throw error;
    });
    expect(await work()).toMatchObject(internal);
    expect(internals).toEqual([error]);
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
    epoch: "",
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
