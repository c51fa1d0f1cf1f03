import { spawn } from "node:child_process";
import { scriptOf } from "../fixtures/script.js";

/**
 * Runs a script that ends by itself or is killed by SIGKILL. Resolves to the lines that it wrote.
 * @throws what it complained of, where it ended otherwise.
 */
export async function runChild(script: string, args: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, [scriptOf(script), ...args]);
  let [output, complaints] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once("close", (code, signal) => resolve([code, signal])),
  );
  if (code !== 0 && signal !== "SIGKILL") throw new Error(`the child failed:\n${complaints}`);
  return output.split("\n").filter((line) => line !== "");
}
