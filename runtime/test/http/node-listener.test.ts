import { Agent, request } from "node:http";
import { connect as connectTcp } from "node:net";
import { type CommandContext, type DescEvent, Hub } from "@sessionstream/runtime";
import { httpHandler, nodeListener } from "@sessionstream/runtime/http";
import { afterEach, describe, expect, test } from "vitest";
import type { LabWork } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../test/fixtures/lab.js";
import { until } from "../../../test/fixtures/until.js";
import { listen } from "./listen.js";

type Work = (context: CommandContext<typeof LabWork, DescEvent>) => void | Promise<void>;

const internals: unknown[] = [];
afterEach(() => {
  expect(internals).toEqual([]);
});

function labHandler(work: Work = () => {}, maxBodyBytes = 1000) {
  const hub = new Hub({ features: [labOf({ work })], onError: () => {} });
  return httpHandler(hub, { maxBodyBytes, onError: (error) => internals.push(error) });
}

const path = "/api/sessions/s/commands/LabWork";
const json = { "content-type": "application/json" };

test("on plain node:http it serves commands and snapshots, and answers 404 to all else", async () => {
  const { url } = await listen(nodeListener(labHandler()));
  const submitted = await fetch(url + path, { method: "POST", headers: json, body: "{}" });
  expect([submitted.status, await submitted.json()]).toEqual([200, { ordinal: "0" }]);
  expect((await fetch(`${url}/api/sessions/s/snapshot`)).headers.get("content-type")).toContain("application/json");
  for (const other of ["/", "/api/sessions/%E0%A4%A/snapshot"]) expect((await fetch(url + other)).status).toBe(404);
});

test("behind other middleware it calls next for what it leaves, and next(error) where the handler fails", async () => {
  const handler = labHandler();
  const api = nodeListener(async (incoming) => {
    if (incoming.url.endsWith("/broken")) throw new Error("broken");
    return handler(incoming);
  });
  const { url } = await listen((incoming, outgoing) => {
    outgoing.setHeader("x-before", "kept");
    api(incoming, outgoing, (error) => outgoing.end(error instanceof Error ? error.message : "next"));
  });
  const texts = await Promise.all(["/other", "/broken"].map(async (at) => (await fetch(url + at)).text()));
  expect(texts).toEqual(["next", "broken"]);
  const answer = await fetch(`${url}/api/sessions/s/snapshot`);
  expect([answer.status, answer.headers.get("x-before")]).toEqual([200, "kept"]);
});

test("it can be mounted at a path, and after a parser of bodies", async () => {
  const tasks: string[] = [];
  const api = nodeListener(labHandler(({ payload }) => void tasks.push(payload.task)));
  const { url } = await listen(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    // What Express does for `app.use("/api", express.json(), api)`.
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    const mounted = { originalUrl: incoming.url, url: incoming.url?.slice("/api".length), body };
    api(Object.assign(incoming, mounted), outgoing, () => outgoing.writeHead(404).end());
  });
  const answer = await fetch(url + path, { method: "POST", headers: json, body: '{"task":"t"}' });
  expect([answer.status, tasks]).toEqual([200, ["t"]]);
});

test("a body above the limit is answered with 413, and the connection serves the next request", async () => {
  const { port } = await listen(nodeListener(labHandler()));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const sockets = new Set();
  const post = (body: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const sent = request({ port, path, method: "POST", agent, headers: { ...json, "transfer-encoding": "chunked" } });
      sent.on("error", reject).on("socket", (socket) => sockets.add(socket));
      sent.on("response", (response) => response.resume().on("end", () => resolve(response.statusCode)));
      sent.end(body);
    });
  for (let round = 0; round < 3; round++) {
    expect(await post("x".repeat(2_000_000))).toBe(413);
    expect(await post("{}")).toBe(200);
  }
  expect(sockets.size).toBeLessThanOrEqual(2);
  agent.destroy();
});

test("a client that goes away aborts the handler's signal", async () => {
  const signals: AbortSignal[] = [];
  const api = labHandler(async ({ signal }) => {
    signals.push(signal);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
  const { url } = await listen(nodeListener(api));
  const gone = new AbortController();
  const answer = fetch(url + path, { method: "POST", headers: json, body: "{}", signal: gone.signal });
  await until(() => signals.length === 1, "the handler runs");
  gone.abort();
  await expect(answer).rejects.toThrow("abort");
  await until(() => signals[0]?.aborted === true, "the handler's signal is aborted");
});

test("a client that goes away in the middle of a body harms nobody", async () => {
  let handled = 0;
  const { url, port } = await listen(nodeListener(labHandler(() => void handled++)));
  const socket = connectTcp(port, "127.0.0.1");
  socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"t`);
  await new Promise((resolve) => setTimeout(resolve, 30));
  socket.destroy();
  await fetch(url + path, { method: "POST", headers: json, body: "{}" });
  expect(handled).toBe(1);
});

test("requests that are no web requests are answered with 400", async () => {
  const { port } = await listen(nodeListener(labHandler()));
  for (const raw of [
    "TRACE /api HTTP/1.1\r\nHost: x",
    "GET /api HTTP/1.1\r\nHost: a b",
    "GET http://: HTTP/1.1\r\nHost: x",
  ]) {
    expect(await answerTo(port, raw)).toMatch(/^HTTP\/1\.1 400/);
  }
});

describe("a path that a guard before it may read as another one", () => {
  const snapshot = "/api/sessions/s/snapshot";
  test.each([
    `//x${snapshot}`,
    `/${snapshot}`,
    `/a/..${snapshot}`,
    `/.${snapshot}`,
    `/a/%2e%2e${snapshot}`,
    `/%2e%2e${snapshot}`,
    `/%2E${snapshot}`,
    `/.%2e${snapshot}`,
    `/\\x${snapshot}`,
    `\\${snapshot}`,
    `/api//sessions/s/snapshot`,
    `/api/sessions/t/../s/snapshot`,
    `/api/sessions/t/%2e%2E/s/snapshot?asOf=1`,
    `${snapshot}#/other`,
    `http://x${snapshot}`,
    "*",
  ])("%s is answered with 400 and reaches no handler", async (path) => {
    let reached = 0;
    const handler = labHandler();
    const { port } = await listen(
      nodeListener(async (request) => {
        reached++;
        return handler(request);
      }),
    );
    expect(await answerTo(port, `OPTIONS ${path} HTTP/1.1\r\nHost: x`)).toMatch(/^HTTP\/1\.1 400/);
    expect(await answerTo(port, `GET ${path} HTTP/1.1\r\nHost: x`)).toMatch(/^HTTP\/1\.1 400/);
    expect(reached).toBe(0);
  });

  test.each([
    snapshot,
    `${snapshot}?asOf=1&x=//..\\`,
    "/api/sessions/..a/snapshot",
    "/api/sessions/a%2F..%2Fb/snapshot",
  ])("%s is served", async (path) => {
    const { port } = await listen(nodeListener(labHandler()));
    expect(await answerTo(port, `GET ${path} HTTP/1.1\r\nHost: x`)).toMatch(/^HTTP\/1\.1 200/);
  });
});

/** What a server of loopback answers to a request that is written as it is. */
function answerTo(port: number, raw: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, "127.0.0.1", () => socket.write(`${raw}\r\nConnection: close\r\n\r\n`));
    let text = "";
    socket.setEncoding("utf8").on("data", (data) => {
      text += data;
    });
    socket.on("close", () => resolve(text));
  });
}

test("a response keeps its headers, also several cookies", async () => {
  const headers = new Headers({ "x-a": "1" });
  headers.append("set-cookie", "a=1");
  headers.append("set-cookie", "b=2");
  const { url } = await listen(nodeListener(async () => new Response("body", { status: 201, headers })));
  const answer = await fetch(url);
  expect([answer.status, answer.headers.get("x-a"), answer.headers.getSetCookie(), await answer.text()]).toEqual([
    201,
    "1",
    ["a=1", "b=2"],
    "body",
  ]);
});

test("as a fetch handler, what it leaves is the application's to answer", async () => {
  const handler = labHandler();
  // As in Hono: app.use(async (c, next) => (await handler(c.req.raw)) ?? next())
  const app = async (incoming: Request) => (await handler(incoming)) ?? new Response("not found", { status: 404 });
  const post = new Request(`http://x${path}`, { method: "POST", headers: json, body: "{}" });
  expect([(await app(post)).status, (await app(new Request("http://x/other"))).status]).toEqual([200, 404]);
});
