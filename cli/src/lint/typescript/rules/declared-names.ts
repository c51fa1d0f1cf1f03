import { type Kind, kinds, type SchemaModel } from "@sessionstream/plugin/model";
import { ts } from "ts-morph";
import type { TypedFiles } from "../project/typed-project.js";
import { nameArgument, registrarOf } from "../trace/registrars.js";
import { literalsOf } from "../trace/semantics.js";
import { forEachNode } from "../trace/syntax.js";

/** The declared logical names of each kind. */
export type DeclaredNames = Readonly<Record<Kind, ReadonlySet<string>>>;

const generatedKinds: Readonly<Record<string, Kind>> = {
  Command: "command",
  Event: "event",
  SupersededEvent: "event",
  UiEvent: "ui_event",
  TimelineEntity: "timeline_entity",
  Run: "run",
};

/**
 * Collects the declared names from three places: the proto files, generated code of
 * other packages that the files import, and registrations in the files themselves.
 */
export function declaredNames(model: SchemaModel, { checker, registering, program }: TypedFiles): DeclaredNames {
  const names: Record<Kind, Set<string>> = {
    command: new Set(model.names.command.keys()),
    event: new Set([...model.names.event.keys(), ...retiredIn(model)]),
    ui_event: new Set(model.names.ui_event.keys()),
    timeline_entity: new Set(model.names.timeline_entity.keys()),
    run: new Set(model.names.run.keys()),
  };
  for (const { fileName, text } of program.getSourceFiles()) {
    // The project's own generated code does not count, because it may be older than the proto files.
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

/** The names of retired events, which logs still have. */
function retiredIn({ files }: SchemaModel): readonly string[] {
  return files.flatMap(({ feature }) => feature?.retired.map(({ name }) => name) ?? []);
}

/** The kinds in which a name is declared. */
export function kindsOf(name: string, names: DeclaredNames): readonly Kind[] {
  return kinds.filter((kind) => names[kind].has(name));
}

/** Adds the names of generated code. The type of each descriptor says its kind and name. */
function addGenerated(text: string, names: Readonly<Record<Kind, Set<string>>>): void {
  for (const [, title = "", name = ""] of text.matchAll(
    /\bDesc(Command|Event|SupersededEvent|UiEvent|TimelineEntity|Run)<"(\w+)"/g,
  )) {
    const kind = generatedKinds[title];
    if (kind !== undefined) names[kind].add(name);
  }
}
