import type { Kind } from "@sessionstream/plugin/model";
import { ts } from "ts-morph";
import { isDeclaredBy } from "./package-of.js";
import { symbolOf } from "./semantics.js";
import { bare, nameText } from "./syntax.js";

/** A property of a type of ours that an expression reads. */
export interface Member {
  /** The name of the type that declares the property. */
  readonly owner: string;
  readonly name: string;
  readonly type: ts.Type;
}

/**
 * The property that an expression reads, if a type of the runtime or of a frame
 * declares it. An expression reads a property as `event.name`, as `event["name"]`, or
 * through a variable or parameter with the value of the property.
 */
export function memberReadBy(node: ts.Expression, checker: ts.TypeChecker): Member | undefined {
  const read = bare(node);
  if (ts.isPropertyAccessExpression(read)) return memberOf(read.expression, read.name.text, checker);
  if (ts.isElementAccessExpression(read) && ts.isStringLiteralLike(read.argumentExpression)) {
    return memberOf(read.expression, read.argumentExpression.text, checker);
  }
  if (!ts.isIdentifier(read)) return undefined;
  const declaration = symbolOf(read, checker)?.valueDeclaration;
  if (declaration === undefined) return undefined;
  if (ts.isBindingElement(declaration) && ts.isObjectBindingPattern(declaration.parent)) {
    const name = nameText(declaration.propertyName ?? declaration.name);
    return name === undefined ? undefined : memberOf(declaration.parent, name, checker);
  }
  if (ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined && isConst(declaration)) {
    return memberReadBy(declaration.initializer, checker);
  }
  return undefined;
}

function isConst(declaration: ts.VariableDeclaration): boolean {
  return (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;
}

function memberOf(object: ts.Node, name: string, checker: ts.TypeChecker): Member | undefined {
  const property = checker.getNonNullableType(checker.getTypeAtLocation(object)).getProperty(name);
  for (const declaration of property?.declarations ?? []) {
    if (property === undefined || !isDeclaredBy(declaration, "@sessionstream/runtime", "@sessionstream/proto"))
      continue;
    const owner = ts.findAncestor(declaration, isNamedType)?.name?.text;
    if (owner !== undefined) return { owner, name, type: checker.getTypeOfSymbolAtLocation(property, object) };
  }
  return undefined;
}

function isNamedType(node: ts.Node): node is ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.ClassDeclaration {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node);
}

// The properties that hold a logical name, with the kind of the name.
const names: ReadonlyMap<string, Kind> = new Map([
  ["DescCommand.name", "command"],
  ["CommandContext.name", "command"],
  ["DescEvent.name", "event"],
  ["BackendEvent.name", "event"],
  ["StoredEvent.name", "event"],
  ["StoredError.name", "event"],
  ["DescUiEvent.name", "ui_event"],
  ["UiEvent.name", "ui_event"],
  ["LiveUiEvent.name", "ui_event"],
  ["UiEventFrame.name", "ui_event"],
  ["DescTimelineEntity.name", "timeline_entity"],
  ["TimelineEntity.kind", "timeline_entity"],
  ["StoredEntity.kind", "timeline_entity"],
  ["SnapshotEntity.kind", "timeline_entity"],
  ["DescRun.name", "run"],
  ["RunContext.name", "run"],
  ["RunEnd.name", "run"],
  ["RunInfo.name", "run"],
  ["StoredRun.name", "run"],
]);

/** The kind of the logical name that an expression reads from an event, a command, an entity, a run or a frame. */
export function nameReadBy(node: ts.Expression, checker: ts.TypeChecker): Kind | undefined {
  const member = memberReadBy(node, checker);
  return member === undefined ? undefined : names.get(`${member.owner}.${member.name}`);
}
