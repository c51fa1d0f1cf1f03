import type { DescFile, DescMessage } from "@bufbuild/protobuf";
import type * as protoplugin from "@bufbuild/protoplugin";

export type { ImportSymbol, Printable, Target } from "@bufbuild/protoplugin";

// The objects with which protoplugin lets a plugin generate. protoplugin pins a
// version of @bufbuild/protobuf, so it often has its own copy. The descriptors of
// two copies have the same shape, but TypeScript tells their enums apart. The types
// here use the descriptors of the copy that the rest of this package uses.

/** What a run of the plugin receives. */
export interface Schema<Options extends object = object> {
  /** The files to generate. */
  readonly files: readonly DescFile[];
  /** The files to generate, and everything that they import. */
  readonly allFiles: readonly DescFile[];
  readonly options: Options;
  generateFile(name: string): GeneratedFile;
}

/** A file that is being generated. */
export interface GeneratedFile extends Omit<protoplugin.GeneratedFile, "preamble" | "importSchema"> {
  preamble(file: DescFile): void;
  importSchema(message: DescMessage): protoplugin.ImportSymbol;
}
