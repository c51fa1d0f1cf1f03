import type { SchemaModel } from "@sessionstream/plugin/model";
import type { ts } from "ts-morph";
import type { TypedFiles } from "../project/typed-project.js";
import type { DeclaredNames } from "./declared-names.js";
import type { RuleInfo } from "./rule-infos.js";

/** What a rule can know. */
export interface RuleContext extends TypedFiles {
  /** The schema of the run. Undefined if the run checks no proto files. */
  readonly model: SchemaModel | undefined;
  /** The names that the schema and the code declare. Undefined if the run has no schema. */
  readonly names: DeclaredNames | undefined;
  /** A node's place as messages show it: `path:line:col`. */
  place(node: ts.Node): string;
}

/** Reports a finding at a node. `related` are the other nodes that the finding is about. */
export type Report = (node: ts.Node, message: string, related?: readonly ts.Node[]) => void;

/** A rule for TypeScript. */
export interface TypeScriptRule {
  readonly info: RuleInfo;
  /** Makes the function that visits every node of every file. */
  visitor(context: RuleContext, report: Report): (node: ts.Node) => void;
}
