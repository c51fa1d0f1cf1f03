import { once } from "node:events";
import { connect } from "node:net";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import { overTcp } from "../../../test/fixtures/board/serve.js";
import { starting } from "./support/started.js";

const start = starting(overTcp);

test.each([
  ["an origin", "/ws", "403 Forbidden"],
  ["a path", "/elsewhere", "404 Not Found"],
])("a client that is refused by %s does not keep its socket by keeping its side open", async (_, path, status) => {
  const { at, server } = await start();
  const socket = connect({ port: Number(new URL(at.url).port), host: "127.0.0.1", allowHalfOpen: true });
  const upgrade = ["Host: localhost", "Connection: Upgrade", "Upgrade: websocket", "Origin: https://evil.example"];
  socket.write([`GET ${path} HTTP/1.1`, ...upgrade, "\r\n"].join("\r\n"));
  const [answer] = await once(socket, "data");
  expect(String(answer)).toContain(`HTTP/1.1 ${status}\r\n`);
  const connections = promisify(server.getConnections.bind(server));
  await vi.waitFor(async () => expect(await connections()).toBe(0));
  socket.destroy();
});
