import { dirname } from "node:path";
import { ts } from "ts-morph";
import { CannotRun } from "../../../shell/cannot-run.js";
import { relevantOptions, typesOnly } from "./compiler-options.js";

/** The files that the compiler reads together, and the options for all of them. */
export interface Compilation {
  readonly options: ts.CompilerOptions;
  readonly files: Set<string>;
}

/**
 * Reads tsconfig files and everything that they reference. Projects whose options
 * give the same types become one compilation, which reads each library once.
 *
 * @throws {CannotRun} TSCONFIG_INVALID
 */
export function readTsconfigs(paths: Iterable<string>): readonly Compilation[] {
  const queue = new Set(paths);
  const compilations = new Map<string, Compilation>();
  // The set grows while the loop runs. So the loop reaches every reference, once.
  for (const path of queue) {
    const { options, fileNames, projectReferences = [] } = readTsconfig(path);
    for (const reference of projectReferences) queue.add(ts.resolveProjectReferencePath(reference));
    const key = JSON.stringify(relevantOptions(options));
    const known = compilations.get(key);
    if (known === undefined) compilations.set(key, { options: typesOnly(options), files: new Set(fileNames) });
    else for (const file of fileNames) known.files.add(file);
  }
  return [...compilations.values()];
}

// A tsconfig.json that only has references causes "No inputs were found". An option
// or a value that this compiler does not know is for another version of the compiler.
const harmless: ReadonlySet<number> = new Set([18002, 18003, 5023, 5025, 6046]);

function readTsconfig(path: string): ts.ParsedCommandLine {
  const errors: ts.Diagnostic[] = [];
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (error: ts.Diagnostic) => errors.push(error) };
  const parsed = ts.getParsedCommandLineOfConfigFile(path, {}, host);
  errors.push(...(parsed?.errors ?? []).filter(({ code }) => !harmless.has(code)));
  if (parsed === undefined || errors.length > 0) {
    const formatHost = {
      getCurrentDirectory: () => dirname(path),
      getCanonicalFileName: String,
      getNewLine: () => "\n",
    };
    throw new CannotRun(
      "TSCONFIG_INVALID",
      `${path} cannot be used:\n${ts.formatDiagnostics(errors, formatHost)}`.trim(),
    );
  }
  return parsed;
}
