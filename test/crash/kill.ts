import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** When a child is killed. */
export interface Moment {
  /** The milliseconds are counted from the start of the process, or from when it has opened the file. */
  readonly from: "start" | "open";
  readonly milliseconds: number;
}

/** An event that the child was told is durable. */
export interface Acknowledged {
  readonly session: string;
  readonly ordinal: bigint;
  readonly tag: number;
}

const child = fileURLToPath(new URL("child.mjs", import.meta.url));

/** Runs a child and kills it at the moment; returns what it wrote before. Throws where it ended by itself. */
export async function runAndKill(
  file: string,
  number: number,
  broken: boolean,
  moment: Moment,
): Promise<{ acknowledged: Acknowledged[]; retried: boolean }> {
  const started = spawn(process.execPath, [child, file, String(number), ...(broken ? ["broken"] : [])], {
    stdio: ["ignore", "pipe", "pipe"],
  });
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
  const lines = output.split("\n").slice(0, -1);
  const acknowledged = lines
    .map((line) => line.split(" "))
    .filter(([session]) => session?.match(/^s\d$/))
    .map(([session = "", ordinal = "", tag = ""]) => ({ session, ordinal: BigInt(ordinal), tag: Number(tag) }));
  return { acknowledged, retried: lines.some((line) => line.startsWith("retried")) };
}
