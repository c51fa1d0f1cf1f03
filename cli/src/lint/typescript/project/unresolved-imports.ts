import { ts } from "ts-morph";
import { CannotRun } from "../../../shell/cannot-run.js";
import type { TypedFiles } from "./typed-project.js";

/**
 * Refuses files whose imports of our packages lead nowhere. Without our types, no
 * rule could find anything in such a file.
 *
 * @throws {CannotRun} RUNTIME_NOT_RESOLVED
 */
export function refuseUnresolvedImports({ files, checker }: TypedFiles, place: (node: ts.Node) => string): void {
  for (const file of files) {
    for (const statement of file.statements) {
      if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
      const { moduleSpecifier } = statement;
      if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) continue;
      if (!/^@sessionstream\/(runtime|proto)(?:\/|$)/.test(moduleSpecifier.text)) continue;
      if (checker.getSymbolAtLocation(moduleSpecifier) !== undefined) continue;
      throw new CannotRun(
        "RUNTIME_NOT_RESOLVED",
        `${place(moduleSpecifier)}: the types of "${moduleSpecifier.text}" are not found: install it, and build it if it is a part of this repository`,
      );
    }
  }
}
