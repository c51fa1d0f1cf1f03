import { SessionstreamError } from "../base/errors.js";
import type { Wanted } from "../base/option.js";
import { show } from "../base/show.js";

/** Who asks. */
export interface AnyIdentity {
  /** Names the one who asks: 1 to 255 UTF-16 units. It is stored with what they do, so it never changes. */
  readonly id: string;
}

/**
 * Where an application says the type of its identities, once:
 *
 * @example
 * ```ts
 * declare module "@sessionstream/runtime" {
 *   interface Register {
 *     identity: User;
 *   }
 * }
 * ```
 */
export interface Register {
  // With this, a type without an id is an error where it is said. It is not for all names, so that
  // others can be said later.
  readonly [name: `identity${string}`]: AnyIdentity;
}

/**
 * Who asks, as the application knows them. If the application has said no type in {@link Register},
 * there may be nobody.
 */
export type Identity = Register extends { identity: infer Said }
  ? Said extends AnyIdentity
    ? Said
    : IdentityWithoutId
  : AnyIdentity | undefined;

/** Compilers before TypeScript 7 do not look at what a program adds to {@link Register}. So each use is an error. */
interface IdentityWithoutId extends AnyIdentity {
  readonly "the identity of Register needs a field `id: string`": never;
}

/** Who asks, as an option. It is required if the application has said a type in {@link Register}. */
export type WithIdentity = undefined extends Identity
  ? { readonly identity?: Identity }
  : { readonly identity: Identity };

/** Options as the last parameter, which can be left out if none of them is required. */
export type OptionsParameter<Options extends object> =
  Partial<Options> extends Options ? [options?: Options] : [options: Options];

/** An identity, or none. */
export const anIdentity: Wanted = {
  words: "an object with an `id` of 1 to 255 UTF-16 units without lone surrogates",
  accepts(value) {
    if (typeof value !== "object" || value === null) return false;
    const { id } = value as { id?: unknown };
    return typeof id === "string" && id !== "" && id.length <= 255 && id.isWellFormed();
  },
};

/** @throws INVALID_OPTION for what is no identity. Nobody is none, too. */
export function checkIdentity(given: unknown, whose: string): asserts given is AnyIdentity {
  if (anIdentity.accepts(given)) return;
  const id =
    typeof given === "object" && given !== null ? `one with the id ${show((given as AnyIdentity).id)}` : show(given);
  throw new SessionstreamError("INVALID_OPTION", `${whose}: got ${id}, want ${anIdentity.words}`);
}
