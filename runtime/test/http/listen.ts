import { createServer, type RequestListener, type Server } from "node:http";
import { onTestFinished } from "vitest";
import { listenOn, stop } from "../../../test/fixtures/loopback.js";

/** Serves on a free port of loopback until the test is done. */
export async function listen(listener: RequestListener): Promise<{ server: Server; port: number; url: string }> {
  const server = createServer(listener);
  onTestFinished(() => stop(server));
  const port = await listenOn(server, 0);
  return { server, port, url: `http://127.0.0.1:${port}` };
}
