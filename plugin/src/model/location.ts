import type { DescExtension, DescFile } from "@bufbuild/protobuf";
import { type Element, fileOf, pathOf, pathToOption } from "./element-path.js";
import { lineAndColumnOf } from "./source-info.js";

/** Where an option, or a part of its value, is written. */
export class Location {
  readonly file: DescFile;
  /** The path in the file's descriptor, as in `google.protobuf.SourceCodeInfo.Location`. */
  readonly path: readonly number[];
  /** The path of what the option is written on: a message or a field; empty for the file itself. */
  readonly #element: readonly number[];
  // Looked up when it is asked for: most locations are of something that nobody reports.
  #lineAndColumn: readonly [line: number, column: number] | undefined;

  constructor(file: DescFile, element: readonly number[], path: readonly number[]) {
    this.file = file;
    this.path = path;
    this.#element = element;
  }

  /** Counted from 1. It is as exact as the file's source info allows; 1 where there is none. */
  get line(): number {
    return this.#start()[0];
  }

  /** Counted from 1, as {@link line} is. */
  get column(): number {
    return this.#start()[1];
  }

  /** The location further down in the same option. */
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
