import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Hub } from "@sessionstream/runtime";
import { httpHandler, nodeListener } from "@sessionstream/runtime/http";
import { webSocketTransport } from "@sessionstream/runtime/ws";
import { createServer as createVite } from "vite";

export interface ChatServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page, the commands and the live sessions of a hub on loopback; port 0 takes a free one. */
export async function serveChat(hub: Hub, port: number): Promise<ChatServer> {
  const server = createServer();
  const vite = await createVite({
    root: fileURLToPath(new URL("../web", import.meta.url)),
    server: { middlewareMode: true, hmr: { server } },
    logLevel: "warn",
  });
  const transport = webSocketTransport(hub);
  transport.attach(server);
  const api = nodeListener(httpHandler(hub));
  server.on("request", (request, response) => api(request, response, () => vite.middlewares(request, response)));

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    async close() {
      await transport.close();
      await vite.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
