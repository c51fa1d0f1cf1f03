import { spawnSync } from "node:child_process";
import { bin } from "./project.js";

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command in a folder. */
export function sessionstream(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  return runNode(cwd, [bin, ...args], env);
}

/** Runs Node.js in a folder. */
export function runNode(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    encoding: "utf8",
    env: { ...plainEnv(), ...env },
  });
  return { code: status, stdout, stderr };
}

/** The environment without what changes how the command prints. */
export function plainEnv(): NodeJS.ProcessEnv {
  const { NO_COLOR: _, FORCE_COLOR: __, COLUMNS: ___, ...plain } = process.env;
  return plain;
}
