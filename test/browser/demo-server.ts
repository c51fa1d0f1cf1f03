import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { userEnv } from "./user-env.js";

const main = fileURLToPath(new URL("../../examples/chatdemo/dist/main.js", import.meta.url));

/** The chat as `npm run demo -- --serve` serves it, in a process that can be killed and started again. */
export class DemoServer {
  readonly #db: string;
  readonly #chunkDelay: number;
  #child: ChildProcess | undefined;
  #port = 0;

  constructor(db: string, chunkDelay: number) {
    this.#db = db;
    this.#chunkDelay = chunkDelay;
  }

  get url(): string {
    return `http://localhost:${this.#port}/`;
  }

  /** Starts on the port of the last time. */
  async start(): Promise<void> {
    const args = ["--serve", "--port", this.#port, "--db", this.#db, "--chunk-delay", this.#chunkDelay].map(String);
    const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"], env: userEnv });
    this.#child = child;
    this.#port = await new Promise<number>((resolve, reject) => {
      let said = "";
      const hear = (text: string) => {
        said += text;
        const port = said.match(/The chat is at http:\/\/localhost:(\d+)\//)?.[1];
        if (port !== undefined) resolve(Number(port));
      };
      child.stdout.setEncoding("utf8").on("data", hear);
      child.stderr.setEncoding("utf8").on("data", hear);
      child.once("exit", () => reject(new Error(`the chat ended: ${said}`)));
    });
  }

  async kill(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    child.kill(signal);
    const [code] = await once(child, "exit");
    return code as number | null;
  }
}
