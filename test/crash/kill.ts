import { spawn } from "node:child_process";
import { scriptOf } from "../fixtures/script.js";

/** When a child is killed. */
export interface Moment {
  /** The milliseconds are counted from the start of the process, or from when it has opened the file. */
  readonly from: "start" | "open";
  readonly milliseconds: number;
}

/** A moment that hits the start of a process or its work, of which it lets it do so many milliseconds at most. */
export function momentOf(random: () => number, longest = 120): Moment {
  // Loading the code takes most of the time before the file is opened and migrated.
  if (random() < 0.25) return { from: "start", milliseconds: 40 + random() * 160 };
  return { from: "open", milliseconds: random() ** 2 * longest };
}

/**
 * Runs a script and kills it at the moment; returns the lines that
 * it wrote before. Throws where it ended by itself.
 */
export async function runAndKill(script: string, args: readonly string[], moment: Moment): Promise<string[]> {
  const started = spawn(process.execPath, [scriptOf(script), ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let complaints = "";
  const kill = () => setTimeout(() => started.kill("SIGKILL"), moment.milliseconds);
  if (moment.from === "start") kill();
  // Whatever it is that keeps a child from opening its file, it does not keep the test.
  const deadline = setTimeout(() => started.kill("SIGKILL"), 15_000);
  started.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  started.stdout.setEncoding("utf8").on("data", (text: string) => {
    const wasOpen = output.includes("open\n");
    output += text;
    if (moment.from === "open" && !wasOpen && output.includes("open\n")) kill();
  });
  const signal = await new Promise<string | null>((resolve, reject) => {
    started.on("error", reject);
    started.on("close", (_, by) => resolve(by));
  });
  clearTimeout(deadline);
  if (signal !== "SIGKILL") throw new Error(`the child ended by itself:\n${complaints}`);
  // The last line may be cut off.
  return output.split("\n").slice(0, -1);
}
