import { doing } from "./doing.js";
import type { ExpectedCall } from "./effect-call.js";

/** A function with an effect outside, which a test watches. {@link effect} makes it. */
export type Effect<F extends (...args: never) => unknown = (...args: never) => unknown> = F & {
  /** In words, as failures show it. */
  readonly name: string;
  /** A call that is expected: with these arguments, and maybe more after them. */
  of(...args: Partial<Parameters<F>>): ExpectedCall;
};

/**
 * Makes a function with an effect outside, such as a tool that sends or pays, one that a test can
 * watch: its calls are in `did`, and those that more than one attempt of a run made are in `repeated`.
 * A call is an await at which a process can die, before it had its effect or after. A dead process
 * has no effects.
 *
 * @example
 * ```ts
 * const send = effect("send", async (to: string, text: string) => {});
 *
 * test("a mail is sent once, wherever the process dies", () =>
 *   atEachAwait((crash) =>
 *     given(mails({ send }), [], { crash }).when(MailsSend, { to: "anna" }).did([send.of("anna")])));
 * ```
 */
export function effect<F extends (...args: never) => unknown>(name: string, act: F): Effect<F> {
  const called = ((...args: never) => {
    const by = doing.getStore();
    if (by === undefined) return act(...args);
    const { process, run } = by;
    return process.awaiting(run && { kind: "effect", names: [name], run }, () => {
      process.did({ name, args, run: run?.id, attempt: run?.attempt });
      return act(...args);
    });
  }) as F;
  Object.defineProperty(called, "name", { value: name });
  return Object.assign(called, {
    of: (...args: Partial<Parameters<F>>): ExpectedCall => ({ effect: called, args }),
  }) as Effect<F>;
}
