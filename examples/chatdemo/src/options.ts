import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

export interface DemoOptions {
  readonly prompt: string;
  readonly session: string;
  readonly db: string;
  /** Milliseconds between two pieces of an answer. */
  readonly chunkDelay: number;
  readonly json: boolean;
  readonly snapshotOnly: boolean;
  /** Serve the page on this port instead of asking one question; 0 takes a free one. */
  readonly serve: number | undefined;
}

export const usage = `Usage: npm run demo -- [options]

  --prompt TEXT      what to ask (default "Explain ordinals")
  --session ID       the session to ask in (default "demo")
  --db FILE          the SQLite file (default examples/chatdemo/chat.db)
  --chunk-delay MS   milliseconds between two pieces of the answer (default 100)
  --json             one protobuf JSON object a line: UiEventFrames, then a SnapshotFrame
  --snapshot-only    print the stored snapshot of the session and run nothing
  --serve            serve the chat as a page for browsers
  --port PORT        where to serve it (default 8080; 0 takes a free one)
  --help             print this`;

/** Throws an Error that says what is wrong with the arguments. Returns undefined where help is asked for. */
export function parseOptions(args: readonly string[]): DemoOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      prompt: { type: "string", default: "Explain ordinals" },
      session: { type: "string", default: "demo" },
      db: { type: "string", default: fileURLToPath(new URL("../chat.db", import.meta.url)) },
      "chunk-delay": { type: "string", default: "100" },
      json: { type: "boolean", default: false },
      "snapshot-only": { type: "boolean", default: false },
      serve: { type: "boolean", default: false },
      port: { type: "string", default: "8080" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const { prompt, session, db, json } = values;
  return {
    prompt,
    session,
    db,
    json,
    chunkDelay: wholeNumber("--chunk-delay", values["chunk-delay"], 60_000),
    snapshotOnly: values["snapshot-only"],
    serve: values.serve ? wholeNumber("--port", values.port, 65_535) : undefined,
  };
}

function wholeNumber(option: string, text: string, max: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > max)
    throw new Error(`${option}: got "${text}", want a whole number from 0 to ${max}`);
  return number;
}
