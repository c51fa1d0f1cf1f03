import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { create, createFileRegistry, type DescFile, fromBinary } from "@bufbuild/protobuf";
import {
  type CodeGeneratorRequest,
  CodeGeneratorRequestSchema,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";

/** Proto sources by path. */
export type Sources = Readonly<Record<string, string>>;

export const repository = fileURLToPath(new URL("../../..", import.meta.url));
export const buf: string = bufItself() ?? join(repository, "node_modules/.bin/buf");

/** The program that npm's script `buf` starts, which takes longer to start than the program to compile a file. */
function bufItself(): string | undefined {
  const require = createRequire(import.meta.url);
  const { optionalDependencies } = require("@bufbuild/buf/package.json") as { optionalDependencies: object };
  const folders = require.resolve.paths("@bufbuild/buf") ?? [];
  const programs = Object.keys(optionalDependencies).map((name) => join(name, "bin/buf"));
  return folders.flatMap((folder) => programs.map((program) => join(folder, program))).find((path) => existsSync(path));
}

/** Calls back with a folder that has these files and the options' proto file, and deletes it afterwards. */
export function withFolder<T>(files: Sources, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "sessionstream-"));
  try {
    cpSync(join(repository, "proto/sessionstream"), join(folder, "sessionstream"), { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const images = new Map<string, Buffer>();

/** Compiles proto sources with buf, the same ones only once. */
export function compile(sources: Sources): FileDescriptorSet {
  const key = JSON.stringify(sources);
  const image = images.get(key) ?? withFolder(sources, build);
  images.set(key, image);
  return fromBinary(FileDescriptorSetSchema, image);
}

function build(folder: string): Buffer {
  return execFileSync(buf, ["build", "-o", "-"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
}

/** The descriptors of these sources and what they import. */
export function describe(sources: Sources): readonly DescFile[] {
  return [...createFileRegistry(compile(sources)).files];
}

/** A request to generate code for some files of a set. */
export function request(
  set: FileDescriptorSet,
  fileToGenerate: readonly string[],
  parameter = "",
): CodeGeneratorRequest {
  return create(CodeGeneratorRequestSchema, { fileToGenerate: [...fileToGenerate], parameter, protoFile: set.file });
}
