import { ts } from "ts-morph";
import type { TypedFiles } from "../project/typed-project.js";
import { calleeOf } from "./semantics.js";
import { forEachNode } from "./syntax.js";

type Arguments = readonly ts.Expression[];

/** Knows the arguments of all calls of functions and constructors. Reads the files at the first question. */
export class Callers {
  readonly #typed: TypedFiles;
  #calls: Map<ts.Node, Arguments[]> | undefined;

  constructor(typed: TypedFiles) {
    this.#typed = typed;
  }

  /** The arguments of each call of a function. */
  of(callee: ts.SignatureDeclaration): readonly Arguments[] {
    this.#calls ??= this.#index();
    return this.#calls.get(callee) ?? [];
  }

  #index(): Map<ts.Node, Arguments[]> {
    const { checker, registering } = this.#typed;
    const calls = new Map<ts.Node, Arguments[]>();
    for (const file of registering) {
      forEachNode(file, (node) => {
        if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return;
        const { arguments: given = [] } = node;
        if (given.length === 0) return;
        const declaration = calleeOf(node, checker);
        if (declaration === undefined) return;
        const known = calls.get(declaration);
        if (known === undefined) calls.set(declaration, [given]);
        else known.push(given);
      });
    }
    return calls;
  }
}
