import { ts } from "ts-morph";
import type { TypedFiles } from "./program.js";
import { calleeOf, forEachNode } from "./syntax.js";

/** Finds the calls of functions. Looks through the files when it is first asked. */
export class Callers {
  readonly #typed: TypedFiles;
  #calls: Map<ts.Node, ts.CallExpression[]> | undefined;

  constructor(typed: TypedFiles) {
    this.#typed = typed;
  }

  of(callee: ts.SignatureDeclaration): readonly ts.CallExpression[] {
    this.#calls ??= this.#index();
    return this.#calls.get(callee) ?? [];
  }

  #index(): Map<ts.Node, ts.CallExpression[]> {
    const { checker, registering } = this.#typed;
    const calls = new Map<ts.Node, ts.CallExpression[]>();
    for (const file of registering) {
      forEachNode(file, (node) => {
        if (!ts.isCallExpression(node) || node.arguments.length === 0) return;
        const declaration = calleeOf(node, checker);
        if (declaration === undefined) return;
        const known = calls.get(declaration);
        if (known === undefined) calls.set(declaration, [node]);
        else known.push(node);
      });
    }
    return calls;
  }
}
