import { onTestFinished } from "vitest";
import { ConsoleProcess, type ConsoleProcessOptions } from "./console-process.js";

/** Starts processes of the console at once, and kills them when the test is done. */
export async function startConsoles<const Options extends readonly ConsoleProcessOptions[]>(
  options: Options,
): Promise<{ [Index in keyof Options]: ConsoleProcess }> {
  const processes = await Promise.all(options.map((each) => ConsoleProcess.start(each)));
  onTestFinished(async () => {
    for (const process of processes) await process.kill();
  });
  return processes as { [Index in keyof Options]: ConsoleProcess };
}
