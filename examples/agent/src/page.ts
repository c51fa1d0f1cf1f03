import type { RequestListener } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

type Files = ReadonlyMap<string, string | Uint8Array>;

/**
 * Builds the page when it is asked for, and serves it from memory: a process that takes over has other
 * things to do. To work on the page itself, run `vite examples/agent/web` beside the server.
 */
export function pageListener(): RequestListener {
  let files: Promise<Files> | undefined;
  return async ({ url }, response) => {
    const [path = "/"] = url?.split("?") ?? [];
    const name = path === "/" ? "/index.html" : path;
    try {
      files ??= buildPage();
      const content = (await files).get(name);
      if (content === undefined) response.writeHead(404).end();
      else response.writeHead(200, { "content-type": contentTypes[extname(name)] }).end(content);
    } catch (error) {
      files = undefined;
      response.writeHead(500).end(`the page cannot be built: ${error}`);
    }
  };
}

async function buildPage(): Promise<Files> {
  const { build } = await import("vite");
  const root = fileURLToPath(new URL("../web", import.meta.url));
  const built = await build({ root, configFile: false, logLevel: "warn", build: { write: false } });
  const files = new Map<string, string | Uint8Array>();
  for (const { output } of [built].flat().filter((result) => "output" in result)) {
    for (const file of output) files.set(`/${file.fileName}`, file.type === "chunk" ? file.code : file.source);
  }
  return files;
}
