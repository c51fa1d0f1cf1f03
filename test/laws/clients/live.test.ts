import { afterEach, expect, test } from "vitest";
import {
  ChatMessageAppended,
  ChatStartInference,
} from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { memoryPlace } from "../../fixtures/stores.js";
import { until } from "../../fixtures/until.js";
import { type ChatSession, connectChat, shown, stored } from "./chat-client.js";
import { ChatServer } from "./chat-server.js";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(chunkDelay?: number): Promise<ChatServer> {
  const server = new ChatServer(memoryPlace(), chunkDelay);
  ends.push(() => server.stop());
  await server.start();
  return server;
}

function connect(server: ChatServer, errors?: Error[]) {
  const client = connectChat(server.url, errors);
  ends.push(() => client.close());
  return client;
}

const hydrated = (...sessions: ChatSession[]) =>
  until(() => sessions.every(({ isHydrated }) => isHydrated), "the snapshots come in");

async function inStep(server: ChatServer, ...sessions: ChatSession[]): Promise<void> {
  const want = (await stored(server.hub, "s")).join("\n");
  await until(() => sessions.every(({ timeline }) => shown(timeline).join("\n") === want), "all show what is stored");
}

test("on Node.js with ws, an answer streams to two clients, which then show what is stored", async () => {
  const server = await start();
  const [a, b] = [connect(server).session("s"), connect(server).session("s")];
  await hydrated(a, b);
  const heard: string[] = [];
  b.on(ChatMessageAppended, ({ payload }) => heard.push(payload.text));
  const { ordinal } = await a.submit(ChatStartInference, { prompt: "Explain ordinals" });
  await server.hub.waitIdle("s");
  await inStep(server, a, b);
  expect([ordinal, heard.join("")]).toEqual([2n, "Answer: Explain ordinals"]);
  expect(shown(await b.snapshot())).toEqual(shown(b.timeline));
});

test("a client that joins or comes back in mid-stream shows all of it once", async () => {
  const server = await start(2);
  const stays = connect(server).session("s");
  const leaves = connect(server).session("s");
  await hydrated(stays, leaves);
  await stays.submit(ChatStartInference, { prompt: "ordinals ".repeat(40) });
  await until(() => (shown(leaves.timeline)[1]?.length ?? 0) > 200, "some of it is there");
  server.cutConnections();
  const joins = connect(server).session("s");
  await hydrated(joins);
  await server.hub.waitIdle("s");
  await inStep(server, stays, leaves, joins);
  expect(shown(joins.timeline)[1]).toContain(`Answer: ${"ordinals ".repeat(40)}"`);
});

test("a server that is started again is found, and goes on with the same history or with another one", async () => {
  const server = await start();
  const errors: Error[] = [];
  const client = connect(server, errors);
  const session = client.session("s");
  await hydrated(session);
  await session.submit(ChatStartInference, { prompt: "p" });
  await server.hub.waitIdle("s");
  await inStep(server, session);
  await server.stop();
  await until(() => client.state === "reconnecting", "the client sees that the server is gone");
  expect(shown(session.timeline)).toHaveLength(2);
  // What is submitted meanwhile is done when the server is back.
  const submitted = session.submit(ChatStartInference, { prompt: "q" });
  await server.start();
  await until(() => client.state === "open", "the client is back");
  await submitted;
  await server.hub.waitIdle("s");
  await inStep(server, session);
  expect(shown(session.timeline)).toHaveLength(4);

  await server.stop();
  await server.start(memoryPlace().open());
  await until(() => shown(session.timeline).length === 0, "the client shows the other history");
  expect(session.ordinal).toBe(0n);
  await session.submit(ChatStartInference, { prompt: "r" });
  await server.hub.waitIdle("s");
  await inStep(server, session);
  expect(errors.filter(({ message }) => !message.startsWith("cannot connect"))).toEqual([]);
});

test("an upgrade that is refused is reported with its status, and tried again", async () => {
  const server = await start();
  const errors: Error[] = [];
  const client = connectChat(server.url.replace("/ws", "/elsewhere?token=secret"), errors);
  ends.push(() => client.close());
  await until(() => errors.length > 0, "the refusal is reported");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(errors.map(({ message }) => message)).toEqual([
    `cannot connect to ws://127.0.0.1:${server.port}/elsewhere: Unexpected server response: 404`,
  ]);
  expect(client.state).toBe("reconnecting");
});

test("what is closed leaves nothing behind on the server", async () => {
  const server = await start();
  const client = connect(server);
  const sessions = Array.from({ length: 50 }, (_, index) => client.session(`s${index}`));
  await hydrated(...sessions);
  expect(server.subscriptions).toBe(50);
  for (const session of sessions) session.close();
  await until(() => server.subscriptions === 0, "the subscriptions end");
  client.close();
  await until(() => server.connections === 0, "the connection ends");
});

test("a client that is closed while it connects leaves no connection behind", async () => {
  const server = await start();
  for (let turn = 0; turn < 5; turn++) {
    const client = connectChat(server.url);
    for (let wait = 0; wait < turn; wait++) await new Promise((resolve) => setImmediate(resolve));
    client.session("s");
    client.close();
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(server.connections).toBe(0);
});
