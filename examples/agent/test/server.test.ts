import { request } from "node:http";
import { Hub } from "@sessionstream/runtime";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { agentApplication } from "../src/agent.js";
import { type AgentServer, serveAgent } from "../src/server.js";
import { calling } from "./models/calling.js";
import { newPlace } from "./tools/folder.js";

const { folder } = await newPlace();
const hub = new Hub({ features: [agentApplication({ model: calling("fly", {}), tools: [], folder })] });
let server: AgentServer;
beforeAll(async () => {
  server = await serveAgent(hub, 0);
});
afterAll(async () => {
  await server.close();
  await hub.close({ abort: true, grace: 0 });
});

/** Submits a command, and resolves to the status and the answer. */
function submit(command: string, payload: object, headers: Record<string, string>, query = "") {
  return new Promise<[number | undefined, string]>((resolve, reject) => {
    const { port } = new URL(server.url);
    const path = `/api/sessions/s/commands/${command}${query}`;
    const options = { port, path, method: "POST", headers: { "content-type": "application/json", ...headers } };
    request({ host: "127.0.0.1", ...options }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text) => {
        body += text;
      });
      response.on("end", () => resolve([response.statusCode, body]));
    })
      .once("error", reject)
      .end(JSON.stringify(payload));
  });
}

test("commands are for those who say who they are, by a token", async () => {
  expect((await submit("AgentAsk", { text: "hi" }, {}))[0]).toBe(401);
  expect((await submit("AgentAsk", { text: "hi" }, {}, "?person=anna"))[0]).toBe(401);
  expect((await submit("AgentAsk", { text: "hi" }, { authorization: "Bearer eve" }))[0]).toBe(401);
  expect((await submit("AgentAsk", { text: "hi" }, { authorization: "Bearer ben" }))[0]).toBe(200);
});

test("who may not decide is told so", async () => {
  const decision = { callId: "q1-1-1", approved: true };
  const [, answer] = await submit("AgentDecideTool", decision, { authorization: "Bearer ben" });
  expect(JSON.parse(answer)).toMatchObject({ code: "REJECTED", rejection: { code: "NOT_ALLOWED" } });
});

test("a name that somebody else has led here is refused", async () => {
  const headers = { authorization: "Bearer anna", host: "evil.example" };
  expect((await submit("AgentAsk", { text: "hi" }, headers))[0]).toBe(421);
});

test.each([
  ["?person=anna", undefined, "open"],
  ["?person=ben", "http://localhost:PORT", "open"],
  ["?person=anna", "http://evil.example", "403"],
  ["?person=anna", "http://localhost:1", "403"],
  ["?person=eve", undefined, "401"],
  ["", undefined, "401"],
])("a WebSocket with %j from %s: %s", async (query, origin, expected) => {
  const { port } = new URL(server.url);
  const headers = origin === undefined ? {} : { origin: origin.replace("PORT", port) };
  const socket = new WebSocket(`ws://localhost:${port}/ws${query}`, { headers });
  const outcome = await new Promise<string>((resolve) => {
    socket.once("open", () => resolve("open"));
    socket.once("error", ({ message }) => resolve(message));
  });
  socket.terminate();
  expect(outcome).toContain(expected);
});
