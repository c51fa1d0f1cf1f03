/** A call of an effect that is expected, with its first arguments. */
export interface ExpectedCall {
  readonly effect: { readonly name: string };
  readonly args: readonly unknown[];
}

/** A call of an effect. */
export interface EffectCall {
  readonly name: string;
  readonly args: readonly unknown[];
  /** The run that called. Undefined where it was none. */
  readonly run: string | undefined;
  /** The attempt of the run. */
  readonly attempt: number | undefined;
}
