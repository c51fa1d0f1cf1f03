import type { DescMessage } from "@bufbuild/protobuf";
import { runtimeModule } from "../naming/runtime-names.js";
import type { GeneratedFile, ImportSymbol, Printable, Target } from "./generated-file.js";

/** A parameter of a function. */
export type Parameter = readonly [name: string, type: Printable];

/**
 * Writes declarations of one file for one target. TypeScript gets both types and
 * values, JavaScript the values and a declaration file the types. Every export
 * has a type that is written out, so that no compiler is needed to tell them
 * apart.
 */
export class SourceWriter {
  readonly #file: GeneratedFile;
  readonly #hasTypes: boolean;
  readonly #hasValues: boolean;
  readonly #schemas = new Map<DescMessage, ImportSymbol>();

  constructor(file: GeneratedFile, target: Target) {
    this.#file = file;
    this.#hasTypes = target !== "js";
    this.#hasValues = target !== "dts";
  }

  /** `export const name: type = value;` */
  constant(doc: string, name: string, type: Printable, value: Printable): void {
    this.#doc(doc);
    this.#file.print(
      this.#file.export(this.#hasValues ? "const" : "declare const", name),
      this.#hasTypes ? [": ", type] : [],
      this.#hasValues ? [" = ", value] : [],
      ";",
    );
    this.#file.print();
  }

  /** `export function name(parameters): returns { body }`; each line of the body is indented. */
  function(
    doc: string,
    name: string,
    parameters: readonly Parameter[],
    returns: Printable,
    body: readonly Printable[],
  ): void {
    this.#doc(doc);
    this.#file.print(
      this.#file.export(this.#hasValues ? "function" : "declare function", name),
      "(",
      parameters.map(([parameter, type], index) => [index === 0 ? "" : ", ", this.parameter(parameter, type)]),
      ")",
      this.#hasTypes ? [": ", returns] : [],
      this.#hasValues ? " {" : ";",
    );
    if (this.#hasValues) {
      for (const line of body) this.#file.print("  ", line);
      this.#file.print("}");
    }
    this.#file.print();
  }

  /** `export interface name { members }` */
  interface(doc: string, name: string, members: readonly { doc: string; name: string; type: Printable }[]): void {
    if (!this.#hasTypes) return;
    this.#doc(doc);
    this.#file.print(this.#file.export("interface", name), " {");
    for (const member of members) {
      this.#doc(member.doc, "  ");
      this.#file.print("  ", member.name, ": ", member.type, ";");
    }
    this.#file.print("}");
    this.#file.print();
  }

  /** `export type name = type;`, or a union with a line for each of several types. */
  type(doc: string, name: string, types: readonly Printable[]): void {
    if (!this.#hasTypes) return;
    this.#doc(doc);
    const union = types.length === 1 ? [" ", types[0] ?? ""] : types.map((type) => ["\n  | ", type]);
    this.#file.print(this.#file.export("type", name), " =", union, ";");
    this.#file.print();
  }

  /** A parameter, with its type where there are types. */
  parameter(name: string, type: Printable): Printable {
    return this.#hasTypes ? [name, ": ", type] : name;
  }

  string(value: string): Printable {
    return this.#file.string(value);
  }

  /** A call of a function of the runtime. It has no effect, so bundlers drop it where its result is not used. */
  pureCall(name: string, args: readonly Printable[]): Printable {
    const separated = args.map((argument, index) => [index === 0 ? "" : ", ", argument]);
    return ["/*@__PURE__*/ ", this.#file.import(name, runtimeModule), "(", separated, ")"];
  }

  /** A type of the runtime. */
  runtimeType(name: string): Printable {
    return this.#file.import(name, runtimeModule, true);
  }

  /** The type of what another generated file exports; `file` is its path without extension. */
  importType(file: string, name: string): Printable {
    return this.#file.import(name, `./${file}.js`, true);
  }

  /** A message's generated descriptor. */
  schema(message: DescMessage): Printable {
    return this.#schemaSymbol(message);
  }

  /** The type of a message's generated descriptor. */
  schemaType(message: DescMessage): Printable {
    return ["typeof ", this.#schemaSymbol(message).toTypeOnly()];
  }

  /** protoplugin works out the names of all messages of a file each time. */
  #schemaSymbol(message: DescMessage): ImportSymbol {
    let symbol = this.#schemas.get(message);
    if (symbol === undefined) {
      symbol = this.#file.importSchema(message);
      this.#schemas.set(message, symbol);
    }
    return symbol;
  }

  #doc(text: string, indentation = ""): void {
    if (text === "") return;
    // On a line of its own, a comment such as "@ts-expect-error" would be a directive.
    const isShort = !text.includes("\n") && !text.startsWith("@");
    this.#file.print(
      isShort ? `${indentation}/** ${text.replaceAll("*/", "*\\/")} */` : this.#file.jsDoc(text, indentation),
    );
  }
}
