import type { Kind } from "@sessionstream/plugin/model";
import { ts } from "ts-morph";
import { isDeclaredBy } from "./package-of.js";
import { calleeOf } from "./semantics.js";

const methods: ReadonlyMap<string, Kind> = new Map([
  ["registerCommand", "command"],
  ["registerEvent", "event"],
  ["registerUIEvent", "ui_event"],
  ["registerTimelineEntity", "timeline_entity"],
]);

const makers: ReadonlyMap<string, Kind> = new Map([
  ["command", "command"],
  ["event", "event"],
  ["supersededEvent", "event"],
  ["uiEvent", "ui_event"],
  ["timelineEntity", "timeline_entity"],
  ["run", "run"],
]);

/** A function that registers a name with a message type. */
export interface Registrar {
  readonly kind: Kind;
  /** Its name in messages. */
  readonly title: string;
}

/** The index of the argument with the name, and of the argument with the message type. */
export const nameArgument = 0;
export const schemaArgument = 1;

/** The registrar of a call: a method of SchemaRegistry, or a maker of descriptors. */
export function registrarOf(call: ts.CallExpression, checker: ts.TypeChecker): Registrar | undefined {
  return call.arguments.length === 0 ? undefined : registrarDeclaredAt(calleeOf(call, checker));
}

/** The registrar that a declaration defines. */
export function registrarDeclaredAt(declaration: ts.Node | undefined): Registrar | undefined {
  if (declaration === undefined) return undefined;
  if (ts.isMethodDeclaration(declaration)) {
    const kind = ts.isClassDeclaration(declaration.parent) ? methods.get(declaration.name.getText()) : undefined;
    return kind !== undefined && isOurs(declaration)
      ? { kind, title: `registry.${declaration.name.getText()}` }
      : undefined;
  }
  if (ts.isFunctionDeclaration(declaration)) {
    const kind = makers.get(declaration.name?.text ?? "");
    return kind !== undefined && isOurs(declaration) ? { kind, title: `${declaration.name?.text}()` } : undefined;
  }
  return undefined;
}

function isOurs(declaration: ts.Node): boolean {
  return isDeclaredBy(declaration, "@sessionstream/runtime");
}
