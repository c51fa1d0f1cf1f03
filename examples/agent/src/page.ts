import type { RequestListener } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/**
 * Builds the page and serves it from memory. To work on the page itself, run
 * `vite examples/agent/web` beside the server: it reloads what is changed.
 */
export async function pageListener(): Promise<RequestListener> {
  const root = fileURLToPath(new URL("../web", import.meta.url));
  const built = await build({ root, configFile: false, logLevel: "warn", build: { write: false } });
  const files = new Map<string, string | Uint8Array>();
  for (const { output } of [built].flat().filter((result) => "output" in result)) {
    for (const file of output) files.set(`/${file.fileName}`, file.type === "chunk" ? file.code : file.source);
  }
  return (request, response) => {
    const [path = "/"] = request.url?.split("?") ?? [];
    const name = path === "/" ? "/index.html" : path;
    const content = files.get(name);
    if (content === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": contentTypes[extname(name)] }).end(content);
  };
}
