import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { people } from "./people.js";

export interface AgentOptions {
  /** Where the tools act. */
  readonly folder: string;
  readonly db: string;
  readonly port: number;
  /** Whose page the printed URL is. */
  readonly person: string;
  /** Milliseconds between two pieces of the scripted model's text. */
  readonly pace: number;
  /** Milliseconds after which a process that is silent counts as dead. */
  readonly lease: number;
}

export const usage = `Usage: npm run demo:agent -- [options]

  --folder PATH   where the assistant reads, writes and runs commands (default examples/agent/sample)
  --db FILE       the SQLite file (default examples/agent/agent.db)
  --port PORT     where to serve the page (default 8080; 0 takes a free one)
  --person NAME   whose page the URL is: ${people.map(({ id }) => id).join(" or ")} (default anna)
  --pace MS       milliseconds between two pieces of the scripted model's text (default 40)
  --lease MS      after how long another process goes on with what this one leaves when it is killed (default 3000)
  --help          print this

A real model is used where the environment names one: AGENT_MODEL_URL, the base URL of an endpoint that speaks
OpenAI's protocol, AGENT_MODEL, its name there, and AGENT_MODEL_KEY.`;

/** Throws an Error that says what is wrong with the arguments. Returns undefined where help is asked for. */
export function parseOptions(args: readonly string[]): AgentOptions | undefined {
  const below = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
  const { values } = parseArgs({
    args: [...args],
    options: {
      folder: { type: "string", default: below("sample") },
      db: { type: "string", default: below("agent.db") },
      port: { type: "string", default: "8080" },
      person: { type: "string", default: "anna" },
      pace: { type: "string", default: "40" },
      lease: { type: "string", default: "3000" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const { folder, db, person } = values;
  const names = people.map(({ id }) => id);
  if (!names.includes(person)) throw new Error(`--person: got "${person}", want one of ${names.join(", ")}`);
  return {
    folder,
    db,
    person,
    port: wholeNumber("--port", values.port, 65_535),
    pace: wholeNumber("--pace", values.pace, 60_000),
    lease: wholeNumber("--lease", values.lease, 3_600_000),
  };
}

function wholeNumber(option: string, text: string, max: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > max)
    throw new Error(`${option}: got "${text}", want a whole number from 0 to ${max}`);
  return number;
}
