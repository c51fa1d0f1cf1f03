import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { userEnv } from "../../browser/user-env.js";

const main = fileURLToPath(new URL("../../../examples/agent/dist/main.js", import.meta.url));

/** The agent as `npm run demo:agent` serves it, in a process that can be killed and started again. */
export class AgentServer {
  readonly folder: string;
  readonly db: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  #port = 0;
  /** What its processes printed besides their URLs: what they reported. */
  reported = "";

  constructor(folder: string, db: string, pace: number, lease = 300) {
    this.folder = folder;
    this.db = db;
    this.#args = ["--folder", folder, "--db", db, "--pace", pace, "--lease", lease].map(String);
  }

  get url(): string {
    return `http://localhost:${this.#port}/`;
  }

  /** Starts on the port of the last time. Resolves once it can be asked, or is killed before. */
  async start(): Promise<void> {
    const args = [main, ...this.#args, "--port", String(this.#port)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: userEnv });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      const hear = (text: string) => {
        const port = text.match(/^The agent is at http:\/\/localhost:(\d+)\//)?.[1];
        if (port === undefined) {
          this.reported += text;
          return;
        }
        this.#port = Number(port);
        resolve();
      };
      child.stdout.setEncoding("utf8").on("data", hear);
      child.stderr.setEncoding("utf8").on("data", hear);
      child.once("exit", (_, signal) => {
        if (signal === "SIGKILL") resolve();
        else reject(new Error(`the agent ended: ${this.reported}`));
      });
    });
  }

  /** Ends it in mid-sentence. Resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
}
