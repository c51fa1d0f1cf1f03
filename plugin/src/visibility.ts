import type { DescFile } from "@bufbuild/protobuf";
import type { SchemaModel } from "./model/index.js";
import type { PluginOptions } from "./options.js";

// buf runs a plugin once for each directory, unless its strategy is "all". A run
// cannot know whether it is one of several. Its files and options are only hints.

/** Whether a run sees all files. It does if an option says so, or if it generates several directories. */
export function seesAll(files: readonly DescFile[], options: PluginOptions): boolean {
  return options.strategy === "all" || new Set(files.map(directoryOf)).size > 1;
}

/**
 * What a user must know about a run that may not see all files. Undefined if there is
 * nothing to say. `files` are the files that the run generates.
 */
export function visibilityNote(
  files: readonly DescFile[],
  model: SchemaModel,
  options: PluginOptions,
): string | undefined {
  const annotated = model.files.map(({ desc }) => desc);
  const first = annotated.find((file) => files.includes(file));
  if (first === undefined) return undefined;
  const imported = annotated.find((file) => !files.includes(file));
  if (imported !== undefined) {
    return options.strategy === "all"
      ? `${imported.proto.name} is imported and not generated in this run, though strategy=all says that it sees every file: set "strategy: all" for this plugin in buf.gen.yaml too, unless the file belongs to another module`
      : `${imported.proto.name} is imported and not generated in this run: names are not checked against files that it does not see; ${mend}`;
  }
  return model.complete
    ? undefined
    : `this run generates ${directoryOf(first)} only: names are not checked against other directories; ${mend}`;
}

const mend = `set "strategy: all" and "opt: strategy=all" for this plugin in buf.gen.yaml`;

function directoryOf({ proto }: DescFile): string {
  return proto.name.replace(/\/?[^/]*$/, "") || ".";
}
