import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await stop(server);
});

/** Serves on a free port of loopback, or on a given one, until the test is done. */
export async function listen(
  listener: RequestListener,
  port = 0,
): Promise<{ server: Server; port: number; url: string }> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: given } = server.address() as AddressInfo;
  return { server, port: given, url: `http://127.0.0.1:${given}` };
}

export async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

/** Waits until it is so, for at most a time. */
export async function until(isSo: () => boolean, what: string, timeout = 10_000): Promise<void> {
  const end = performance.now() + timeout;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`waited ${timeout} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
