import type { DescFile, DescMessage } from "@bufbuild/protobuf";
import type * as protoplugin from "@bufbuild/protoplugin";

export type { ImportSymbol, Printable, Target } from "@bufbuild/protoplugin";

// What protoplugin gives a plugin to generate with. protoplugin pins a version of
// @bufbuild/protobuf, so that it often has a copy of its own. The descriptors of
// two copies are alike, but their enums are different types to TypeScript;
// these types have the descriptors of the copy that everything here uses.

/** What a run of the plugin is given. */
export interface Schema<Options extends object = object> {
  /** The files to generate. */
  readonly files: readonly DescFile[];
  /** These and all that they import. */
  readonly allFiles: readonly DescFile[];
  readonly options: Options;
  generateFile(name: string): GeneratedFile;
}

/** A file that is being generated. */
export interface GeneratedFile extends Omit<protoplugin.GeneratedFile, "preamble" | "importSchema"> {
  preamble(file: DescFile): void;
  importSchema(message: DescMessage): protoplugin.ImportSymbol;
}
