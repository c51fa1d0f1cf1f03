import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import type { Plugin } from "../../src/protoplugin.js";
import { compile, repository, request, type Sources, withFolder } from "./compile.js";
import { run } from "./run.js";

const bin = join(repository, "node_modules/.bin");

/** The environment in which buf finds the plugins. */
export const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };

/** A project with generated code, in `gen`. */
export interface Project {
  readonly folder: string;
  /** What a strict TypeScript compiler says about it; empty where all is well. */
  typecheck(): string;
  /** What a script of the project prints. */
  node(script: string): string;
}

// What its program runs. A process for each project would take longer than to compile the project.
const { protocGenEs } = createRequire(import.meta.url)(
  "@bufbuild/protoc-gen-es/dist/cjs/src/protoc-gen-es-plugin.js",
) as { protocGenEs: Plugin };

const options = ["import_extension=js", "rewrite_imports=./sessionstream/v1/*_pb.js:@sessionstream/proto"];

/**
 * Calls back with a project that has the code of protoc-gen-es and of this
 * plugin for the proto sources, and further files.
 */
export function withProject<T>(
  { protos, files = {}, target = "ts" }: { protos: Sources; files?: Sources; target?: string },
  use: (project: Project) => T,
): T {
  const parameter = [`target=${target}`, ...options, "strategy=all"].join(",");
  const generated = run(protos, { parameter });
  if (generated.error.length > 0) throw new Error(generated.error.join("\n"));
  return withFolder({ ...protos, ...files }, (folder) => {
    const messages = protocGenEs.run(
      request(compile(protos), Object.keys(protos), [`target=${target}`, ...options, "erasable_syntax=true"].join(",")),
    );
    const written = messages.file.map(({ name, content }) => [name, content] as const);
    for (const [path, content] of [...written, ...Object.entries(generated.files)]) {
      mkdirSync(dirname(join(folder, "gen", path)), { recursive: true });
      writeFileSync(join(folder, "gen", path), content);
    }
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(strictest));
    return use({
      folder,
      typecheck: () => spawnSync(join(bin, "tsc"), ["-p", "."], { cwd: folder, encoding: "utf8" }).stdout,
      node: (script) => execFileSync(process.execPath, [script], { cwd: folder, encoding: "utf8" }),
    });
  });
}

const strictest = {
  compilerOptions: {
    target: "es2023",
    lib: ["es2023"],
    types: [],
    module: "nodenext",
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitReturns: true,
    noFallthroughCasesInSwitch: true,
    noImplicitOverride: true,
    noPropertyAccessFromIndexSignature: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    isolatedDeclarations: true,
    declaration: true,
    erasableSyntaxOnly: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ["gen", "*.ts"],
};
