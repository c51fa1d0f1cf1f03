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
}

export const usage = `Usage: npm run demo -- [options]

  --prompt TEXT      what to ask (default "Explain ordinals")
  --session ID       the session to ask in (default "demo")
  --db FILE          the SQLite file (default examples/chatdemo/chat.db)
  --chunk-delay MS   milliseconds between two pieces of the answer (default 100)
  --json             one protobuf JSON object a line: UiEventFrames, then a SnapshotFrame
  --snapshot-only    print the stored snapshot of the session and run nothing
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
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const chunkDelay = Number(values["chunk-delay"]);
  if (values["chunk-delay"].trim() === "" || !Number.isInteger(chunkDelay) || chunkDelay < 0 || chunkDelay > 60_000) {
    throw new Error(`--chunk-delay: got "${values["chunk-delay"]}", want whole milliseconds from 0 to 60000`);
  }
  const { prompt, session, db, json } = values;
  return { prompt, session, db, json, chunkDelay, snapshotOnly: values["snapshot-only"] };
}
