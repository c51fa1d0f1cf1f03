import { execFile } from "node:child_process";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { CannotRun } from "../../shell/cannot-run.js";
import { foldersUpward } from "../../shell/paths.js";

const maxBuffer = 2 ** 30;

/**
 * Runs the buf of the project, or else the buf in the PATH. Resolves to what buf
 * prints.
 *
 * @throws {CannotRun} BUF_NOT_FOUND, or PROTO_DOES_NOT_COMPILE with buf's own words
 */
export async function runBuf(args: readonly string[], cwd: string): Promise<Buffer> {
  const bins = foldersUpward(cwd).map((folder) => join(folder, "node_modules", ".bin"));
  const path = [...bins, process.env.PATH ?? ""].join(delimiter);
  try {
    const options = { cwd, maxBuffer, encoding: "buffer", env: { ...process.env, PATH: path } } as const;
    // On Windows, npm installs programs as scripts. Only a shell can run them.
    const { stdout } = await promisify(execFile)("buf", args, { ...options, shell: process.platform === "win32" });
    return stdout;
  } catch (error) {
    if (isMissing(error)) {
      throw new CannotRun(
        "BUF_NOT_FOUND",
        `buf is neither in a node_modules/.bin at or above ${cwd} nor in the PATH: run "npm install --save-dev @bufbuild/buf", or check TypeScript only with --no-proto`,
        error,
      );
    }
    throw new CannotRun(
      "PROTO_DOES_NOT_COMPILE",
      `the proto files do not compile; buf says:\n${outputOf(error)}`,
      error,
    );
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** The words of buf: it prints faults in files to stdout, and all other faults to stderr. */
function outputOf(error: unknown): string {
  const { stdout, stderr } = error as { stdout?: unknown; stderr?: unknown };
  const said = `${stdout ?? ""}${stderr ?? ""}`.trim();
  return said === "" ? String(error) : said;
}
