import { Hub } from "@sessionstream/runtime";
import { httpHandler } from "@sessionstream/runtime/http";
import { expect, test } from "vitest";
import { LabCounterAdded, LabTrace } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../test/fixtures/lab.js";
import { serve } from "./lab-http.js";

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
