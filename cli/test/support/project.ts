import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Files by path. */
export type Files = Readonly<Record<string, string>>;

export const repository = fileURLToPath(new URL("../../..", import.meta.url));
export const bin = join(repository, "cli/bin/sessionstream");

const standard: Files = {
  "package.json": JSON.stringify({ name: "project", type: "module" }),
  "buf.yaml": "version: v2\nmodules:\n  - path: proto\n",
  "tsconfig.json": JSON.stringify({
    compilerOptions: { target: "es2023", module: "nodenext", strict: true },
    include: ["src"],
  }),
};

/** Makes a project with the chat's schema and its generated code, and these files. */
export function makeProject(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), "sessionstream-lint-"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "dir");
  cpSync(join(repository, "proto/sessionstream"), join(folder, "proto/sessionstream"), { recursive: true });
  cpSync(join(repository, "examples/chatdemo/proto/chat"), join(folder, "proto/chat"), { recursive: true });
  cpSync(join(repository, "examples/chatdemo/src/gen/chat/v1"), join(folder, "src/gen"), { recursive: true });
  writeFiles(folder, { ...standard, ...files });
  return folder;
}

export function writeFiles(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

export function removeProject(folder: string): void {
  rmSync(folder, { recursive: true });
}
