import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Hub } from "@sessionstream/runtime";
import { httpHandler, nodeListener } from "@sessionstream/runtime/http";
import { webSocketTransport } from "@sessionstream/runtime/ws";
import { pageListener } from "./page.js";
import { byName, byToken } from "./people.js";

export interface AgentServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page, the commands and the live sessions of a hub on loopback; port 0 takes a free one. */
export async function serveAgent(hub: Hub, port: number): Promise<AgentServer> {
  const page = pageListener();
  const api = nodeListener(httpHandler(hub, { authenticate: byToken }));
  const server = createServer((request, response) => {
    if (!isLocal(request)) response.writeHead(421).end();
    else api(request, response, () => page(request, response));
  });
  const transport = webSocketTransport(hub, {
    authenticate: byName,
    allowedOrigins: (origin, request) => isLocal(request) && new URL(origin).host === request.headers.host,
  });
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

/** Other names may lead here, too: those of whoever wants to approve what this machine does. */
function isLocal({ headers: { host = "" } }: IncomingMessage): boolean {
  return /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host);
}
