import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { CannotRun } from "../../shell/cannot-run.js";
import { findUpward } from "../../shell/paths.js";

/**
 * The folder or image for buf to compile. This is the given input, or else the
 * workspace in the working directory or above.
 *
 * @throws {CannotRun} PROTO_NOT_FOUND
 */
export function protoInput(given: string | undefined, cwd: string): string {
  if (given !== undefined) {
    const path = resolve(cwd, given);
    if (existsSync(path)) return path;
    throw new CannotRun("PROTO_NOT_FOUND", `--proto: got ${given}, which does not exist: want a folder or a buf image`);
  }
  // A buf.work.yaml joins several folders. Each of these folders has a buf.yaml.
  const config = findUpward(cwd, "buf.work.yaml") ?? findUpward(cwd, "buf.yaml");
  if (config !== undefined) return dirname(config);
  throw new CannotRun(
    "PROTO_NOT_FOUND",
    `there is no buf.yaml in ${cwd} or above it: run this where one is, name the folder with --proto, or check TypeScript only with --no-proto`,
  );
}
