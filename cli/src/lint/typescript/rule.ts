import type { SchemaModel } from "@sessionstream/plugin/model";
import type { ts } from "ts-morph";
import type { KnownNames } from "./known-names.js";
import type { TypedFiles } from "./program.js";
import type { RuleInfo } from "./rule-list.js";

/** What a rule can know. */
export interface RuleContext extends TypedFiles {
  /** The schema of the run; undefined where no proto files are checked. */
  readonly model: SchemaModel | undefined;
  readonly names: KnownNames | undefined;
  /** A node's place as it is shown: `path:line:col`. */
  place(node: ts.Node): string;
}

/** Reports a finding at a node. `related` are other nodes that it is about. */
export type Report = (node: ts.Node, message: string, related?: readonly ts.Node[]) => void;

/** A rule for TypeScript. */
export interface TypeScriptRule {
  readonly info: RuleInfo;
  /** Makes a visitor of every node of every file. */
  visitor(context: RuleContext, report: Report): (node: ts.Node) => void;
}
