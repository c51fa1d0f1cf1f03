import { fileURLToPath } from "node:url";
import { build } from "vite";

export interface Bundle {
  readonly code: string;
  /** The modules of which something is in the bundle, as paths below the repository. */
  readonly modules: readonly string[];
  readonly warnings: readonly string[];
}

/** With a slash at its end. */
export const repository: string = fileURLToPath(new URL("../../", import.meta.url));
const entry = "virtual:entry";

/** Bundles a module's source for browsers, as an application's build does. */
export async function bundle(source: string): Promise<Bundle> {
  const warnings: string[] = [];
  const built = await build({
    root: repository,
    configFile: false,
    logLevel: "silent",
    define: { "process.env.NODE_ENV": '"development"' },
    build: {
      write: false,
      rollupOptions: {
        input: entry,
        preserveEntrySignatures: "strict",
        output: { format: "es" },
        onwarn: ({ message }) => void warnings.push(message),
      },
    },
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? `${repository}test/browser/entry.ts` : undefined),
        load: (id) => (id === `${repository}test/browser/entry.ts` ? source : undefined),
      },
    ],
  });
  const chunks = [built].flat().flatMap((result) => ("output" in result ? result.output : []));
  const parts = chunks.filter((chunk) => chunk.type === "chunk");
  const modules = parts
    .flatMap((chunk) => Object.entries(chunk.modules))
    .filter(([, { renderedLength }]) => renderedLength > 0);
  return {
    code: parts.map((chunk) => chunk.code).join(""),
    modules: modules.map(([path]) => path.replace(repository, "")),
    warnings,
  };
}
