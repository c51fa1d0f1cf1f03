import { format } from "node:util";
import { vi } from "vitest";
import { run } from "../../src/program.js";
import { plainEnv, type Ran } from "./run.js";

/** Runs a command in a folder as `sessionstream` does, but in this process, which loads the compiler only once. */
export async function sessionstreamHere(cwd: string, args: readonly string[]): Promise<Ran> {
  const before = { cwd: process.cwd(), env: process.env };
  const said: { stdout: string[]; stderr: string[] } = { stdout: [], stderr: [] };
  const hear = (stream: "stdout" | "stderr") =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => said[stream].push(String(text)) > 0);
  const spies = [
    hear("stdout"),
    hear("stderr"),
    // The test runner has a console of its own, which does not write to stderr.
    vi.spyOn(console, "error").mockImplementation((...words) => void said.stderr.push(`${format(...words)}\n`)),
  ];
  process.chdir(cwd);
  process.env = plainEnv();
  try {
    const code = await run(args);
    return { code, stdout: said.stdout.join(""), stderr: said.stderr.join("") };
  } finally {
    process.env = before.env;
    process.chdir(before.cwd);
    for (const spy of spies) spy.mockRestore();
  }
}
