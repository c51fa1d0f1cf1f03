import type { DescMessage } from "@bufbuild/protobuf";
import { runtimeModule } from "../naming/runtime-names.js";
import type { GeneratedFile, ImportSymbol, Printable, Target } from "./generated-file.js";

/** A parameter of a function. */
export type Parameter = readonly [name: string, type: Printable];

/**
 * Writes the declarations of one file for one target. A TypeScript file gets types
 * and values, a JavaScript file gets the values, and a declaration file gets the
 * types. Every export has a written type. So the writer can print each target
 * without a compiler.
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

  /** `export function name(parameters): returns { body }`. Indents each line of the body. */
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

  /** `export type name = type;`, or a union with one line for each type. */
  type(doc: string, name: string, types: readonly Printable[]): void {
    if (!this.#hasTypes) return;
    this.#doc(doc);
    const union = types.length === 1 ? [" ", types[0] ?? ""] : types.map((type) => ["\n  | ", type]);
    this.#file.print(this.#file.export("type", name), " =", union, ";");
    this.#file.print();
  }

  /** A parameter, with its type if the target has types. */
  parameter(name: string, type: Printable): Printable {
    return this.#hasTypes ? [name, ": ", type] : name;
  }

  string(value: string): Printable {
    return this.#file.string(value);
  }

  /** A call of a function of the runtime, marked as pure. Bundlers drop it if nothing uses its result. */
  pureCall(name: string, args: readonly Printable[]): Printable {
    const separated = args.map((argument, index) => [index === 0 ? "" : ", ", argument]);
    return ["/*@__PURE__*/ ", this.#file.import(name, runtimeModule), "(", separated, ")"];
  }

  /** A type of the runtime. */
  runtimeType(name: string): Printable {
    return this.#file.import(name, runtimeModule, true);
  }

  /** The type of an export of another generated file. `file` is the path of that file, without its extension. */
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

  /** Remembers symbols, because protoplugin computes the names of all messages of a file each time. */
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
