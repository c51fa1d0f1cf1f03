import { Project, ts } from "ts-morph";

/** Files with their types. */
export interface TypedFiles {
  readonly checker: ts.TypeChecker;
  /** The files that are to be checked. */
  readonly files: readonly ts.SourceFile[];
  /** These and all that they import. */
  readonly program: ts.Program;
}

/** Gives types to more and more files of a project. */
export class TypedProject {
  readonly #project: Project;
  readonly #paths = new Set<string>();

  constructor(options: ts.CompilerOptions) {
    this.#project = new Project({
      compilerOptions: options,
      skipFileDependencyResolution: true,
      resolutionHost: (host, getOptions) => moduleResolution(host, getOptions()),
    });
  }

  /** Adds a file with its text. */
  add(path: string, text: string): void {
    this.#paths.add(path);
    this.#project.createSourceFile(path, text, { overwrite: true });
  }

  has(path: string): boolean {
    return this.#paths.has(path);
  }

  /** The files that were added, with types. */
  typed(): TypedFiles {
    const program = this.#project.getProgram().compilerObject;
    const files = [...this.#paths].map((path) => program.getSourceFile(path)).filter((file) => file !== undefined);
    return { checker: program.getTypeChecker(), files, program };
  }
}

/**
 * Resolves imports as the compiler itself does. ts-morph does not tell whether
 * a file is an ES module, so that it would resolve all of them as CommonJS.
 */
function moduleResolution(
  host: ts.ModuleResolutionHost,
  options: ts.CompilerOptions,
): { resolveModuleNames: NonNullable<ts.CompilerHost["resolveModuleNames"]> } {
  const cache = ts.createModuleResolutionCache(host.getCurrentDirectory?.() ?? "", (path) => path, options);
  const packages = cache.getPackageJsonInfoCache();
  return {
    resolveModuleNames: (names, containingFile) => {
      const format = isNodeLike(options)
        ? ts.getImpliedNodeFormatForFile(containingFile, packages, host, options)
        : undefined;
      return names.map(
        (name) => ts.resolveModuleName(name, containingFile, options, host, cache, undefined, format).resolvedModule,
      );
    },
  };
}

/** Whether the options make a difference between ES modules and CommonJS, as Node.js does. */
function isNodeLike({ module, moduleResolution }: ts.CompilerOptions): boolean {
  if (moduleResolution !== undefined) {
    return moduleResolution === ts.ModuleResolutionKind.Node16 || moduleResolution === ts.ModuleResolutionKind.NodeNext;
  }
  return module !== undefined && module >= ts.ModuleKind.Node16 && module <= ts.ModuleKind.NodeNext;
}
