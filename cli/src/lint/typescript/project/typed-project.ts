import { Project, ts } from "ts-morph";

/** Files with their types. */
export interface TypedFiles {
  readonly checker: ts.TypeChecker;
  /** The files to check. */
  readonly files: readonly ts.SourceFile[];
  /** The files that may register message types, or pass them to a function that does. */
  readonly registering: ReadonlySet<ts.SourceFile>;
  /** The files and everything that they import. */
  readonly program: ts.Program;
}

/** A project that gives types to its files. Files can be added at any time. */
export class TypedProject {
  readonly #project: Project;
  readonly #paths = new Set<string>();
  readonly #registering = new Set<string>();

  /** `declarations` are the paths of files whose declarations other files use without an import. */
  constructor(options: ts.CompilerOptions, declarations: readonly string[]) {
    this.#project = new Project({
      compilerOptions: options,
      skipFileDependencyResolution: true,
      resolutionHost: (host, getOptions) => moduleResolution(host, getOptions()),
    });
    this.#project.addSourceFilesAtPaths(declarations);
  }

  /** Adds a file. `registers` says that it may register message types. Returns whether the project learned anything. */
  add(path: string, text: string, registers: boolean): boolean {
    const isNew = !this.#paths.has(path);
    if (isNew) this.#project.createSourceFile(path, text, { overwrite: true });
    const tells = registers && !this.#registering.has(path);
    this.#paths.add(path);
    if (registers) this.#registering.add(path);
    return isNew || tells;
  }

  /** All files that were added so far, with types. */
  typed(): TypedFiles {
    const program = this.#project.getProgram().compilerObject;
    const filesAt = (paths: Iterable<string>): ts.SourceFile[] =>
      [...paths].map((path) => program.getSourceFile(path)).filter((file) => file !== undefined);
    const registering = new Set(filesAt(this.#registering));
    return { checker: program.getTypeChecker(), files: filesAt(this.#paths), registering, program };
  }
}

/**
 * Resolves imports as the compiler itself does. ts-morph alone would resolve every
 * import as CommonJS, because it does not say whether a file is an ES module.
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

/** Whether the options distinguish ES modules from CommonJS, as Node.js does. */
function isNodeLike({ module, moduleResolution }: ts.CompilerOptions): boolean {
  if (moduleResolution !== undefined) {
    return moduleResolution === ts.ModuleResolutionKind.Node16 || moduleResolution === ts.ModuleResolutionKind.NodeNext;
  }
  return module !== undefined && module >= ts.ModuleKind.Node16 && module <= ts.ModuleKind.NodeNext;
}
