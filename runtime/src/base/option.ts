import { SessionstreamError } from "./errors.js";

/** What an option can be. */
export interface Wanted {
  /** In words, as in `a whole number from 0`. */
  readonly words: string;
  accepts(value: unknown): boolean;
}

/** What each of some options can be. One that is not given is right. */
export type WantedOptions = Readonly<Record<string, Wanted>>;

/**
 * Checks options that no compiler saw. `owner` says whose options they are, as in
 * `hub`.
 *
 * @throws SessionstreamError INVALID_OPTION for the first one that is wrong, with what
 * was got and what is wanted.
 */
export function checkOptions(owner: string, options: object, wanted: WantedOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new SessionstreamError("INVALID_OPTION", `${owner} options: got ${show(options)}, want an object`);
  }
  const given = options as Readonly<Record<string, unknown>>;
  for (const [name, want] of Object.entries(wanted)) {
    if (given[name] !== undefined) checkOption(owner, name, given[name], want);
  }
}

/** Checks one option that must be given. Throws like {@link checkOptions}. */
export function checkOption(owner: string, name: string, got: unknown, want: Wanted): void {
  if (!want.accepts(got)) throw invalidOption(owner, name, got, want.words);
}

/** The error for an option that is wrong. */
export function invalidOption(owner: string, name: string, got: unknown, want: string): SessionstreamError {
  return new SessionstreamError("INVALID_OPTION", `${owner} option ${name}: got ${show(got)}, want ${want}`);
}

/** A whole number within bounds. */
export function wholeNumber(from: number, to: number = Number.POSITIVE_INFINITY): Wanted {
  return {
    words: `a whole number ${range(from, to)}`,
    accepts: (value) => Number.isInteger(value) && from <= (value as number) && (value as number) <= to,
  };
}

/** A number within bounds, such as a size or a count. */
export function number(from: number, to: number = Number.POSITIVE_INFINITY): Wanted {
  return {
    words: `a number ${range(from, to)}`,
    accepts: (value) => typeof value === "number" && from <= value && value <= to,
  };
}

/** The longest time that a timer can wait; it would fire at once for more. */
export const longestTime: number = 2 ** 31 - 1;

/** A time in milliseconds, by default one that a timer can wait. */
export function milliseconds(from = 1, to: number = longestTime): Wanted {
  return { ...number(from, to), words: `milliseconds ${range(from, to)}` };
}

/** One of some strings. */
export function oneOf(...values: readonly string[]): Wanted {
  return {
    words: values.map((value) => JSON.stringify(value)).join(" or "),
    accepts: (value) => typeof value === "string" && values.includes(value),
  };
}

/** What can be called. */
export const aFunction: Wanted = { words: "a function", accepts: (value) => typeof value === "function" };

export const aBoolean: Wanted = { words: "true or false", accepts: (value) => typeof value === "boolean" };

export const anObject: Wanted = {
  words: "an object",
  accepts: (value) => typeof value === "object" && value !== null,
};

/** A path of URLs, such as `/api`. */
export const aUrlPath: Wanted = {
  words: 'a path that begins with "/"',
  accepts: (value) => typeof value === "string" && value.startsWith("/"),
};

function range(from: number, to: number): string {
  return to === Number.POSITIVE_INFINITY ? `from ${from}` : `from ${from} to ${to}`;
}

/** A value for a message: short, and never with what an object holds. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 100));
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null
    ? "an object"
    : typeof value === "function"
      ? "a function"
      : String(value);
}
