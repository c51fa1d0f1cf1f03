import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { SessionstreamError } from "../base/errors.js";

/** Serves a request to upgrade. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** The paths that transports serve on a server. */
const routesOf = new WeakMap<HttpServer | HttpsServer, Map<string, UpgradeHandler>>();

/**
 * Gives a server's upgrade requests of a path to the handler; returns what ends that.
 * Other paths are left to whoever else listens for upgrades, and refused where nobody
 * does.
 * @throws DUPLICATE_NAME where the path is served already.
 */
export function routeUpgrades(server: HttpServer | HttpsServer, path: string, handler: UpgradeHandler): () => void {
  const routes = routesOf.get(server) ?? listen(server);
  if (routes.has(path)) {
    throw new SessionstreamError("DUPLICATE_NAME", `path "${path}" is already served on this server`, { name: path });
  }
  routes.set(path, handler);
  return () => {
    if (routes.get(path) === handler) routes.delete(path);
  };
}

/** Refuses an upgrade request. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  // A peer that keeps its side open would otherwise keep the socket.
  socket.once("finish", () => socket.destroy());
  // Every 401 has to name a way to sign in.
  const challenge = status.startsWith("401") ? "WWW-Authenticate: Bearer\r\n" : "";
  socket.end(`HTTP/1.1 ${status}\r\n${challenge}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}

function listen(server: HttpServer | HttpsServer): Map<string, UpgradeHandler> {
  const routes = new Map<string, UpgradeHandler>();
  routesOf.set(server, routes);
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const handler = routes.get(request.url?.split("?", 1)[0] ?? "");
    if (handler !== undefined) handler(request, socket, head);
    else if (server.listenerCount("upgrade") === 1) refuseUpgrade(socket, "404 Not Found");
  });
  return routes;
}
