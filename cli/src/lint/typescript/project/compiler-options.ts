import { ts } from "ts-morph";

/**
 * The options that the types of a project depend on. They leave out the types of
 * browsers, and of packages that no file imports, such as the types of Node.js. The
 * compiler would read those longer than everything that a rule asks about, and our
 * types do not depend on them.
 */
export function typesOnly(options: ts.CompilerOptions): ts.CompilerOptions {
  const { configFilePath } = options;
  return { ...relevantOptions(options), configFilePath, lib: languageLibraries(options), types: [], noEmit: true };
}

// These options say what the compiler writes or reports, not what a type is.
const irrelevant: ReadonlySet<string> = new Set([
  ...["configFilePath", "outDir", "outFile", "rootDir", "tsBuildInfoFile", "composite", "incremental", "noEmit"],
  ...["declaration", "declarationDir", "declarationMap", "emitDeclarationOnly", "sourceMap", "inlineSources"],
  ...["inlineSourceMap", "mapRoot", "sourceRoot", "removeComments", "skipLibCheck", "noUnusedLocals"],
  ...["noUnusedParameters", "erasableSyntaxOnly", "noImplicitReturns", "noFallthroughCasesInSwitch"],
  ...["allowUnreachableCode", "noImplicitOverride", "isolatedDeclarations", "isolatedModules", "types"],
  "libReplacement",
]);

/** The options that affect types, sorted by name. */
export function relevantOptions(options: ts.CompilerOptions): ts.CompilerOptions {
  const relevant = Object.entries(options).filter(([name]) => !irrelevant.has(name));
  return Object.fromEntries(relevant.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function languageLibraries(options: ts.CompilerOptions): string[] {
  const isOfLanguage = (lib: string): boolean => !/^lib\.(dom|webworker|scripthost)\b/.test(lib);
  if (options.lib !== undefined) return options.lib.filter(isOfLanguage);
  // `lib.es2023.full.d.ts` contains the language and everything that browsers have.
  const standard = ts.getDefaultLibFileName(options).replace(".full.", ".");
  return [standard === "lib.d.ts" ? "lib.es5.d.ts" : standard === "lib.es6.d.ts" ? "lib.es2015.d.ts" : standard];
}
