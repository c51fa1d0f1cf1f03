import { type Kind, kinds, type SchemaModel } from "@sessionstream/plugin/model";
import { ts } from "ts-morph";
import type { TypedFiles } from "./program.js";
import { nameArgument, registrarOf } from "./registrations.js";
import { forEachNode, literalsOf } from "./syntax.js";

/** The logical names that a schema declares, of each kind. */
export type KnownNames = Readonly<Record<Kind, ReadonlySet<string>>>;

const generatedKinds: Readonly<Record<string, Kind>> = {
  Command: "command",
  Event: "event",
  SupersededEvent: "event",
  UiEvent: "ui_event",
  TimelineEntity: "timeline_entity",
};

/**
 * The names of the proto files, of the features of other packages that the
 * files import, and those that the files register themselves.
 */
export function knownNames(model: SchemaModel, { checker, registering, program }: TypedFiles): KnownNames {
  const names: Record<Kind, Set<string>> = {
    command: new Set(model.names.command.keys()),
    event: new Set(model.names.event.keys()),
    ui_event: new Set(model.names.ui_event.keys()),
    timeline_entity: new Set(model.names.timeline_entity.keys()),
  };
  for (const { fileName, text } of program.getSourceFiles()) {
    // The project's own generated code is no authority: it may be older than the proto files.
    if (/_sessionstream\.d\.[cm]?ts$/.test(fileName)) addGenerated(text, names);
  }
  for (const file of registering) {
    forEachNode(file, (node) => {
      if (!ts.isCallExpression(node)) return;
      const name = node.arguments[nameArgument];
      const kind = name === undefined ? undefined : registrarOf(node, checker)?.kind;
      if (name === undefined || kind === undefined) return;
      for (const text of literalsOf(name, checker) ?? []) names[kind].add(text);
    });
  }
  return names;
}

/** The kinds in which a name is known. */
export function kindsOf(name: string, names: KnownNames): readonly Kind[] {
  return kinds.filter((kind) => names[kind].has(name));
}

/** Adds the names of generated code, where each descriptor's type says its kind and name. */
function addGenerated(text: string, names: Readonly<Record<Kind, Set<string>>>): void {
  for (const [, title = "", name = ""] of text.matchAll(
    /\bDesc(Command|Event|SupersededEvent|UiEvent|TimelineEntity)<"(\w+)"/g,
  )) {
    const kind = generatedKinds[title];
    if (kind !== undefined) names[kind].add(name);
  }
}
