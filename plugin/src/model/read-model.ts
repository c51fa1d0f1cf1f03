import type { DescFile } from "@bufbuild/protobuf";
import type { Kind } from "../naming/kind.js";
import type { NamedMark, SchemaFile, SchemaModel } from "./model.js";
import { readFile } from "./read-file.js";

/**
 * Reads the annotations of a set of files. Leaves out files without annotations.
 * `complete` says whether these are all the files. The default is true.
 *
 * @example
 * ```ts
 * const findings = vet(readModel([...createFileRegistry(fileDescriptorSet).files]));
 * ```
 */
export function readModel(files: readonly DescFile[], { complete = true } = {}): SchemaModel {
  const annotated = files.map(readFile).filter((file) => file !== undefined);
  return { files: annotated, names: indexNames(annotated), complete };
}

function indexNames(files: readonly SchemaFile[]): SchemaModel["names"] {
  const names: Record<Kind, Map<string, NamedMark[]>> = {
    command: new Map(),
    event: new Map(),
    ui_event: new Map(),
    timeline_entity: new Map(),
    run: new Map(),
  };
  for (const file of files) {
    for (const mark of file.marks) {
      for (const name of mark.names) {
        const known = names[mark.kind].get(name.text);
        if (known === undefined) names[mark.kind].set(name.text, [{ name, mark, file }]);
        else known.push({ name, mark, file });
      }
    }
  }
  return names;
}
