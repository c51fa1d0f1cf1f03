import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Hub } from "@sessionstream/runtime";
import { httpHandler, nodeListener } from "@sessionstream/runtime/http";
import { webSocketTransport } from "@sessionstream/runtime/ws";
import { pageListener } from "./page.js";

export interface ChatServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page, the commands and the live sessions of a hub on loopback; port 0 takes a free one. */
export async function serveChat(hub: Hub, port: number): Promise<ChatServer> {
  const page = await pageListener();
  const api = nodeListener(httpHandler(hub));
  const server = createServer((request, response) => api(request, response, () => page(request, response)));
  const transport = webSocketTransport(hub);
  transport.attach(server);

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    async close() {
      await transport.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
