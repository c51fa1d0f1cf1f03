/**
 * A value that nobody may change, with everything in it. It can be given wherever protobuf-es takes a message:
 * to `toBinary`, `toJson`, `equals` or `clone`. `clone` makes a message of it that may be changed.
 */
export type Immutable<T> = T extends Uint8Array
  ? ImmutableBytes
  : T extends readonly (infer Item)[]
    ? ImmutableList<Item>
    : T extends object
      ? { readonly [Key in keyof T]: Immutable<T[Key]> }
      : T;

/**
 * A list that nobody may change. `[...list]`, `filter`, `map` and `toSorted` make another one. The compiler lets it
 * pass for an Array, other than a ReadonlyArray, because protobuf-es wants arrays.
 */
export interface ImmutableList<Item> extends Array<Immutable<Item>> {
  readonly [index: number]: Immutable<Item>;
  readonly length: number;
  copyWithin(this: CopyFirst, target: number, start: number, end?: number): this;
  fill(this: CopyFirst, value: Immutable<Item>, start?: number, end?: number): this;
  pop(this: CopyFirst): Immutable<Item> | undefined;
  push(this: CopyFirst, ...items: Immutable<Item>[]): number;
  reverse(this: CopyFirst): this;
  shift(this: CopyFirst): Immutable<Item> | undefined;
  sort(this: CopyFirst, compare?: (a: Immutable<Item>, b: Immutable<Item>) => number): this;
  splice(this: CopyFirst, start: number, deleteCount?: number, ...items: Immutable<Item>[]): Immutable<Item>[];
  unshift(this: CopyFirst, ...items: Immutable<Item>[]): number;
}

/** Bytes that nobody may change. `slice()` makes others. The compiler protects them, as JavaScript cannot. */
export interface ImmutableBytes extends Uint8Array {
  readonly [index: number]: number;
  copyWithin(this: CopyFirst, target: number, start: number, end?: number): this;
  fill(this: CopyFirst, value: number, start?: number, end?: number): this;
  reverse(this: CopyFirst): this;
  set(this: CopyFirst, array: ArrayLike<number>, offset?: number): void;
  sort(this: CopyFirst, compare?: (a: number, b: number) => number): this;
}

/** No list is this, so that the compiler refuses the call and says why. */
type CopyFirst = "payloads are immutable: change a copy, such as [...list]";
