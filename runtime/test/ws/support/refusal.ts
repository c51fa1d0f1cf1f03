import { request } from "node:http";
import { request as secureRequest } from "node:https";
import { type ClientOptions, WebSocket } from "ws";
import type { Address } from "../../../../test/fixtures/board/serve.js";

/** The status that an attempt to connect is answered with; 101 where it succeeds. */
export function statusOf(address: Address, options: ClientOptions = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const webSocket = new WebSocket(address.url, { ...address.options?.(), ...options });
    webSocket.on("unexpected-response", (request, response) => {
      response.resume();
      request.destroy();
      resolve(response.statusCode);
    });
    webSocket.on("open", () => {
      webSocket.close();
      resolve(101);
    });
    webSocket.on("error", reject);
  });
}

/** The status that an upgrade request with these headers is answered with. */
export function statusOfRequest(address: Address, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const send = address.url.startsWith("wss:") ? secureRequest : request;
    const sent = send(address.url.replace(/^ws/, "http"), {
      ...address.options?.(),
      headers: { Connection: "Upgrade", Upgrade: "websocket", ...headers },
    } as object);
    sent.on("response", (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response.statusCode);
    });
    sent.on("error", reject);
    sent.end();
  });
}
