import { type ChildProcess, spawn } from "node:child_process";
import { realpath } from "node:fs/promises";
import type { Tool } from "./tool.js";

/** Where a command is cut. */
export interface CommandLimits {
  /** In milliseconds. */
  readonly time: number;
  /** What of its output is told, in characters. */
  readonly shown: number;
  /** At how much output it is ended, in characters. */
  readonly output: number;
}

const usual: CommandLimits = { time: 60_000, shown: 16_000, output: 1_000_000 };

/**
 * Runs a command in a shell: the person who approved it saw this very text. Nobody knows what it does
 * if it is run twice, so it is not repeatable.
 */
export function runCommand(limits: Partial<CommandLimits> = {}): Tool<"command"> {
  return {
    name: "run_command",
    description: "Runs a shell command in the folder. It has no input, and ends after a while.",
    parameters: { command: "The text for the shell." },
    needsApproval: true,
    isRepeatable: false,
    act: async ({ command }, { folder, signal }) =>
      outputOf(start(command, await realpath(folder)), signal, { ...usual, ...limits }),
  };
}

function start(command: string, cwd: string): ChildProcess {
  const { PATH = "/usr/bin:/bin", HOME = cwd, LANG = "C.UTF-8" } = process.env;
  // A group of its own, to end what it starts with it. Nothing else of the environment: a key may be in it.
  return spawn("/bin/sh", ["-c", command], {
    cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH, HOME, LANG },
  });
}

function outputOf(child: ChildProcess, signal: AbortSignal, limits: CommandLimits): Promise<string> {
  return new Promise((resolve, reject) => {
    let shown = "";
    let length = 0;
    let cut: string | undefined;
    const end = (why?: string) => {
      cut ??= why;
      endGroup(child);
    };
    const hear = (text: string) => {
      shown += text.slice(0, limits.shown - shown.length);
      length += text.length;
      if (length > limits.output) end(`the command was ended after ${limits.output} characters`);
    };
    const abort = () => end();
    const timer = setTimeout(() => end(`the command was ended after ${limits.time / 1000} seconds`), limits.time);
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", hear);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();

    child.once("error", reject);
    child.once("exit", () => {
      // What it left in the background would hold the output open; what left its group may not.
      end();
      setTimeout(() => [child.stdout, child.stderr].map((stream) => stream?.destroy()), 500).unref();
    });
    child.once("close", (code, killedBy) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      if (signal.aborted) return reject(signal.reason);
      const notes = [
        ...(length > shown.length ? [`[cut: these are ${shown.length} of ${length} characters]`] : []),
        ...(cut === undefined ? [] : [`[cut: ${cut}]`]),
      ];
      const output = [shown.trimEnd(), ...notes].filter((line) => line !== "").join("\n");
      if (code === 0) resolve(output);
      else reject(new Error(`${output}\n[it ended with ${killedBy ?? `code ${code}`}]`.trimStart()));
    });
  });
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}
