import type { DescExtension, DescFile } from "@bufbuild/protobuf";
import { type Element, fileOf, pathOf, pathToOption } from "./element-path.js";
import { lineAndColumnOf } from "./source-info.js";

/** Where an option, or a part of its value, is written. */
export class Location {
  readonly file: DescFile;
  /** The path in the file's descriptor, as in `google.protobuf.SourceCodeInfo.Location`. */
  readonly path: readonly number[];
  /** The path of the message or field that has the option. Empty for the file itself. */
  readonly #element: readonly number[];
  // Computed on the first use, because nobody reports most locations.
  #lineAndColumn: readonly [line: number, column: number] | undefined;

  constructor(file: DescFile, element: readonly number[], path: readonly number[]) {
    this.file = file;
    this.path = path;
    this.#element = element;
  }

  /** Counts from 1. It is as exact as the file's source info. Without source info, it is 1. */
  get line(): number {
    return this.#start()[0];
  }

  /** Counts from 1, like {@link line}. */
  get column(): number {
    return this.#start()[1];
  }

  /** A location deeper in the same option. */
  below(...path: readonly number[]): Location {
    return new Location(this.file, this.#element, [...this.path, ...path]);
  }

  #start(): readonly [line: number, column: number] {
    this.#lineAndColumn ??= lineAndColumnOf(this.file, this.#element, this.path);
    return this.#lineAndColumn;
  }
}

/** The location of an option of a file, a message or a field. */
export function locationOf(element: Element, option: DescExtension): Location {
  const path = pathOf(element);
  return new Location(fileOf(element), path, [...path, ...pathToOption(element, option)]);
}

/** `path:line:col`. */
export function formatLocation({ file, line, column }: Location): string {
  return `${file.proto.name}:${line}:${column}`;
}
