import type { SchemaModel } from "@sessionstream/plugin/model";
import type { TypeScriptProject } from "./project/projects.js";
import { type TypedFiles, TypedProject } from "./project/typed-project.js";
import { candidatesIn, filesThatMention, mayRegister } from "./text-patterns.js";
import { relaysOf } from "./trace/relays.js";

/** Gives types only to the files in which a rule could find something. Undefined if there are none. */
export function typeRelevantFiles(
  { texts, declarations, options }: TypeScriptProject,
  model: SchemaModel | undefined,
): TypedFiles | undefined {
  const candidates = candidatesIn(texts, model);
  if (candidates.length === 0) return undefined;
  const project = new TypedProject(options, declarations);
  for (const [path, text] of candidates) project.add(path, text, mayRegister(text));
  // The text of a file that only calls a relay does not show this. Such a file may
  // also pass on what other files give it. Then the file is a relay itself.
  for (;;) {
    const typed = project.typed();
    const added = filesThatMention(relaysOf(typed), texts).map(([path, text]) => project.add(path, text, true));
    if (!added.includes(true)) return typed;
  }
}
