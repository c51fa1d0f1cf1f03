import { stat } from "node:fs/promises";
import { Hub } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { agentApplication } from "./agent.js";
import { chooseModel } from "./models/choose-model.js";
import { type AgentOptions, parseOptions, usage } from "./options.js";
import { serveAgent } from "./server.js";
import { fileTools } from "./tools/index.js";

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) console.log(usage);
  else await serve(options);
} catch (error) {
  console.error(`agent: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function serve({ folder, db, port, person, pace, lease }: AgentOptions): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new Error(`--folder: got "${folder}", want a folder that is there`);
  const model = chooseModel(process.env, pace);
  const features = [agentApplication({ model, tools: fileTools, folder })];
  const hub = new Hub({ features, store: sqliteStore(db), lease });
  const server = await serveAgent(hub, port);
  console.log(`The agent is at ${server.url}?person=${person} (model ${model.name}, folder ${folder}; Ctrl-C ends it)`);
  const end = () => void server.close().then(() => hub.close({ abort: true }));
  process.once("SIGINT", end).once("SIGTERM", end);
}
