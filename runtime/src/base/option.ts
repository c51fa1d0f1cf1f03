import { SessionstreamError } from "./errors.js";
import { show } from "./show.js";

/** What an option can be. One that is not given is right. */
export interface Wanted {
  /** In words, as in `a whole number from 0`. */
  readonly words: string;
  accepts(value: unknown): boolean;
}

/**
 * Checks options that no compiler saw. `owner` says whose options they are, as in
 * `hub`; a name such as `reconnect.first` is that of an option within another.
 *
 * @throws SessionstreamError INVALID_OPTION for the first one that is wrong, with what
 * was got and what is wanted.
 */
export function checkOptions(owner: string, options: unknown, wanted: Readonly<Record<string, Wanted>>): void {
  if (options !== undefined && !anObject.accepts(options)) {
    throw new SessionstreamError("INVALID_OPTION", `${owner} options: got ${show(options)}, want ${anObject.words}`);
  }
  for (const [name, { words, accepts }] of Object.entries(wanted)) {
    const got = name.split(".").reduce<unknown>((within, part) => (within as Fields | undefined)?.[part], options);
    if (got !== undefined && !accepts(got)) throw invalidOption(owner, name, got, words);
  }
}

type Fields = Readonly<Record<string, unknown>>;

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
  return { words: `milliseconds ${range(from, to)}`, accepts: number(from, to).accepts };
}

/** A time in milliseconds since the Unix epoch, up to the last that a Date can hold. */
export const aTime: Wanted = {
  words: "a time in whole milliseconds since the Unix epoch",
  accepts: wholeNumber(0, 8.64e15).accepts,
};

/** One of some strings. */
export function oneOf(...values: readonly string[]): Wanted {
  return {
    words: values.map((value) => JSON.stringify(value)).join(" or "),
    accepts: (value) => typeof value === "string" && values.includes(value),
  };
}

/** What can be called. */
export const aFunction: Wanted = { words: "a function", accepts: (value) => typeof value === "function" };

export const aString: Wanted = { words: "a string", accepts: (value) => typeof value === "string" };

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
