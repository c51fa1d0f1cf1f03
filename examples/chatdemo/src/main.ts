import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { toJsonString } from "@bufbuild/protobuf";
import { SnapshotFrameSchema } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import { Hub } from "@sessionstream/runtime";
import { snapshotFrame } from "@sessionstream/runtime/frames";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { echoAnswer } from "./answer.js";
import { chatApplication } from "./chat.js";
import { type DemoOptions, parseOptions, usage } from "./options.js";
import { jsonPrinter, type Printer, textPrinter } from "./printer.js";
import { ChatService } from "./service.js";

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) console.log(usage);
  else if (options.serve !== undefined) await serve(options, options.serve);
  else await demo(options);
} catch (error) {
  console.error(`chatdemo: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function demo(options: DemoOptions): Promise<void> {
  const { session, db, chunkDelay, json, snapshotOnly } = options;
  const store = sqliteStore(db, { readonly: snapshotOnly });
  const hub = new Hub({ features: [chatApplication(echoAnswer(chunkDelay))], store });
  const printer = json ? jsonPrinter(hub.registry) : textPrinter();
  let ours: string;
  try {
    const chat = new ChatService(hub);
    if (!snapshotOnly) await ask(hub, chat, printer, options);
    const snapshot = await chat.snapshot(session);
    printer.snapshot(snapshot);
    const { protobuf } = hub.registry;
    ours = toJsonString(SnapshotFrameSchema, snapshotFrame(hub.registry, snapshot), { registry: protobuf });
  } finally {
    // Until then, the hub keeps the process alive.
    await hub.close();
  }
  if (snapshotOnly) return;
  if ((await snapshotOfAnotherProcess(db, session)) !== ours) {
    throw new Error(`another process found a different snapshot in ${db}`);
  }
  printer.note(`\nAnother process found the same snapshot in ${db}`);
}

async function ask(hub: Hub, chat: ChatService, printer: Printer, { session, prompt }: DemoOptions): Promise<void> {
  process.once("SIGINT", () => void chat.stop(session));
  hub.subscribe(printer.uiEvents);
  printer.note(`Asking "${prompt}" in session "${session}". UI events as they arrive:\n`);
  await chat.submitPrompt(session, prompt);
  await chat.waitIdle(session);
}

async function serve({ db, chunkDelay }: DemoOptions, port: number): Promise<void> {
  // Loaded here, because it brings the tool that builds the page.
  const { serveChat } = await import("./server.js");
  // An answer that a crash interrupted goes on after the time of the lease.
  const hub = new Hub({ features: [chatApplication(echoAnswer(chunkDelay))], store: sqliteStore(db), lease: 2_000 });
  const server = await serveChat(hub, port);
  console.log(`The chat is at ${server.url} (Ctrl-C ends it)`);
  const end = () => void server.close().then(() => hub.close({ abort: true }));
  process.once("SIGINT", end).once("SIGTERM", end);
}

async function snapshotOfAnotherProcess(db: string, session: string): Promise<string> {
  const main = fileURLToPath(import.meta.url);
  const args = [main, "--snapshot-only", "--json", `--db=${db}`, `--session=${session}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 30 });
  return stdout.trim();
}
