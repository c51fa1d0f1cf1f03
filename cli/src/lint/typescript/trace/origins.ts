import { ts } from "ts-morph";
import type { Callers } from "./callers.js";
import { functionReturns, iteratedPath, type Path, type Step, valuesAssignedTo } from "./origin-steps.js";
import { calleeOf, symbolOf } from "./semantics.js";
import { bare, nameText } from "./syntax.js";

/** The place where code writes a value that reaches an expression. */
export interface Origin {
  readonly node: ts.Expression;
  /**
   * The place where the value enters: the argument of the outermost call that passes
   * the value on. If the value comes through no parameter, the traced argument itself.
   */
  readonly entry: ts.Expression;
}

/** What a trace needs. */
export interface TraceOptions {
  readonly checker: ts.TypeChecker;
  readonly callers: Callers;
  /** Whether an expression is an origin. The trace ends there. */
  isOrigin(node: ts.Expression): boolean;
}

/** What a trace found. */
export interface Traced {
  readonly origins: readonly Origin[];
  /** The names of the functions with parameters through which the value came. */
  readonly relays: ReadonlySet<string>;
}

/**
 * Traces the argument at an index back to the places where code writes its values.
 * The trace goes through variables, destructuring, objects, arrays, spreads,
 * conditions and functions, and through parameters to the callers. The argument
 * itself may come from a spread.
 */
export function traceArgument(list: readonly ts.Expression[], index: number, options: TraceOptions): Traced {
  const trace = new Trace(options);
  trace.argument(list, index, [], undefined);
  return trace;
}

class Trace implements Traced {
  readonly origins: Origin[] = [];
  readonly relays = new Set<string>();
  readonly #options: TraceOptions;
  readonly #checker: ts.TypeChecker;
  readonly #seen = new Map<ts.Node, Set<string>>();

  constructor(options: TraceOptions) {
    this.#options = options;
    this.#checker = options.checker;
  }

  argument(list: readonly ts.Expression[], index: number, path: Path, entry: ts.Expression | undefined): void {
    const spread = list.findIndex(ts.isSpreadElement);
    if (spread >= 0 && spread <= index) {
      for (const [at, argument] of list.entries()) {
        if (at < spread) continue;
        if (!ts.isSpreadElement(argument)) {
          this.#follow(argument, path, entry ?? argument);
          continue;
        }
        const step = at === spread ? index - spread : undefined;
        this.#follow(argument.expression, [step, ...path], entry ?? argument.expression);
      }
      return;
    }
    const argument = list[index];
    if (argument !== undefined) this.#follow(argument, path, entry ?? argument);
  }

  /** Follows what a path leads to in the value of an expression. */
  #follow(expression: ts.Expression, path: Path, entry: ts.Expression): void {
    const node = bare(expression);
    const key = path.join();
    const seen = this.#seen.get(node) ?? new Set();
    if (seen.has(key) || path.length > 8) return;
    this.#seen.set(node, seen.add(key));
    if (path.length === 0 && this.#options.isOrigin(node)) this.origins.push({ node, entry });
    else this.#followInto(node, path, entry);
  }

  #followInto(node: ts.Expression, path: Path, entry: ts.Expression): void {
    const follow = (next: ts.Expression, nextPath: Path = path): void => this.#follow(next, nextPath, entry);
    if (ts.isConditionalExpression(node)) {
      follow(node.whenTrue);
      follow(node.whenFalse);
    } else if (ts.isBinaryExpression(node)) {
      follow(node.left);
      follow(node.right);
    } else if (ts.isIdentifier(node)) {
      this.#symbol(symbolOf(node, this.#checker), path, entry);
    } else if (ts.isPropertyAccessExpression(node)) {
      follow(node.expression, [node.name.text, ...path]);
      this.#symbol(symbolOf(node.name, this.#checker), path, entry);
    } else if (ts.isElementAccessExpression(node)) {
      follow(node.expression, [nameText(node.argumentExpression), ...path]);
    } else if (ts.isObjectLiteralExpression(node)) {
      this.#object(node, path, entry);
    } else if (ts.isArrayLiteralExpression(node)) {
      this.#array(node, path, entry);
    } else if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      this.#result(node, path, entry);
    }
  }

  #object(node: ts.ObjectLiteralExpression, [step, ...rest]: Path, entry: ts.Expression): void {
    for (const property of node.properties) {
      if (ts.isSpreadAssignment(property)) this.#follow(property.expression, [step, ...rest], entry);
      else if (step !== undefined && nameText(property.name) !== String(step)) continue;
      else if (ts.isPropertyAssignment(property)) this.#follow(property.initializer, rest, entry);
      else if (ts.isShorthandPropertyAssignment(property)) this.#follow(property.name, rest, entry);
    }
  }

  #array(node: ts.ArrayLiteralExpression, [step, ...rest]: Path, entry: ts.Expression): void {
    const isPlain = !node.elements.some(ts.isSpreadElement);
    for (const [index, element] of node.elements.entries()) {
      if (ts.isSpreadElement(element)) this.#follow(element.expression, [undefined, ...rest], entry);
      else if (!isPlain || step === undefined || Number(step) === index) this.#follow(element, rest, entry);
    }
  }

  #result(node: ts.CallExpression | ts.NewExpression, path: Path, entry: ts.Expression): void {
    for (const [iterated, iteratedTo] of iteratedPath(node, path)) this.#follow(iterated, iteratedTo, entry);
    const declaration = calleeOf(node, this.#checker);
    if (declaration === undefined || declaration.getSourceFile().isDeclarationFile) return;
    for (const returned of functionReturns(declaration)) this.#follow(returned, path, entry);
  }

  #symbol(symbol: ts.Symbol | undefined, path: Path, entry: ts.Expression): void {
    for (const declaration of symbol?.declarations ?? []) {
      if (declaration.getSourceFile().isDeclarationFile) continue;
      if (ts.isExportAssignment(declaration)) this.#follow(declaration.expression, path, entry);
      else this.#declaration(declaration, path, entry);
      for (const value of valuesAssignedTo(symbol, declaration, this.#checker)) this.#follow(value, path, entry);
    }
  }

  #declaration(declaration: ts.Declaration, path: Path, entry: ts.Expression): void {
    if (ts.isParameter(declaration)) this.#parameter(declaration, path, entry);
    if (
      (ts.isVariableDeclaration(declaration) ||
        ts.isPropertyDeclaration(declaration) ||
        ts.isPropertyAssignment(declaration) ||
        ts.isParameter(declaration) ||
        ts.isBindingElement(declaration)) &&
      declaration.initializer !== undefined
    ) {
      this.#follow(declaration.initializer, path, entry);
    }
    if (ts.isBindingElement(declaration)) this.#bindingElement(declaration, path, entry);
    if (ts.isVariableDeclaration(declaration)) {
      const loop = declaration.parent.parent;
      if (ts.isForOfStatement(loop)) this.#follow(loop.expression, [undefined, ...path], entry);
    }
  }

  #bindingElement(element: ts.BindingElement, path: Path, entry: ts.Expression): void {
    const pattern = element.parent;
    const step: Step = ts.isArrayBindingPattern(pattern)
      ? String(pattern.elements.indexOf(element))
      : nameText(element.propertyName ?? element.name);
    const isRest = element.dotDotDotToken !== undefined;
    const isRestOfArray = isRest && ts.isArrayBindingPattern(pattern);
    const nextPath = isRestOfArray ? [undefined, ...path.slice(1)] : isRest ? path : [step, ...path];
    this.#declaration(pattern.parent, nextPath, entry);
  }

  #parameter(parameter: ts.ParameterDeclaration, path: Path, entry: ts.Expression): void {
    const callee = parameter.parent;
    const index = callee.parameters.indexOf(parameter);
    const name = relayName(callee);
    if (name !== undefined) this.relays.add(name);
    // The value enters with the caller's argument. A reader looks for it there.
    for (const given of this.#options.callers.of(callee)) {
      if (parameter.dotDotDotToken === undefined) {
        this.argument(given, index, path, undefined);
        continue;
      }
      const [step, ...rest] = path;
      const from = step === undefined ? given.map((_, at) => at).slice(index) : [index + Number(step)];
      for (const at of from) this.argument(given, at, rest, undefined);
    }
    // An array method may call the function for each element.
    const call = callee.parent;
    if (ts.isCallExpression(call) && ts.isPropertyAccessExpression(call.expression) && index === 0) {
      this.#follow(call.expression.expression, [undefined, ...path], entry);
    }
  }
}

/** The name under which other code calls a function. */
function relayName(callee: ts.SignatureDeclaration): string | undefined {
  if (callee.name !== undefined) return nameText(callee.name);
  if (ts.isConstructorDeclaration(callee)) return callee.parent.name?.text;
  const { parent } = callee;
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)
    ? nameText(parent.name)
    : undefined;
}
