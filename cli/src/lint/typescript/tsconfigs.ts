import { dirname } from "node:path";
import { ts } from "ts-morph";
import { CannotRun } from "../../shell/cannot-run.js";
import { relevantOptions, typesOnly } from "./compiler-options.js";

/** Files that are compiled with the same options. */
export interface TypeScriptProject {
  readonly options: ts.CompilerOptions;
  readonly files: readonly string[];
}

/**
 * Reads tsconfig files and all that they reference. Projects whose options make
 * no difference to types become one, so that its libraries are read once.
 * Throws CannotRun: TSCONFIG_INVALID.
 */
export function readProjects(configPaths: Iterable<string>): readonly TypeScriptProject[] {
  const queue = new Set(configPaths);
  const projects = new Map<string, { options: ts.CompilerOptions; files: Set<string> }>();
  // A set that grows while it is walked reaches all references, each once.
  for (const path of queue) {
    const { options, fileNames, projectReferences = [] } = readConfig(path);
    for (const reference of projectReferences) queue.add(ts.resolveProjectReferencePath(reference));
    const key = JSON.stringify(relevantOptions(options));
    const known = projects.get(key);
    if (known === undefined) projects.set(key, { options: typesOnly(options), files: new Set(fileNames) });
    else for (const file of fileNames) known.files.add(file);
  }
  return [...projects.values()].map(({ options, files }) => ({ options, files: [...files] }));
}

// "No inputs were found" is what a tsconfig.json that only has references says;
// an option or a value that this compiler does not know is for another version of it.
const harmless: ReadonlySet<number> = new Set([18002, 18003, 5023, 5025, 6046]);

function readConfig(path: string): ts.ParsedCommandLine {
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
