import { type Crash, TriedCrash } from "./crash.js";

/**
 * Runs a test once for each point at which a process can die: before and after each await of its
 * runs, and before a run's end is committed; and at last once where it does not die. The test hands
 * the crash to `given`, or to a step.
 *
 * @example
 * ```ts
 * test("an answer is whole, wherever its process dies", () =>
 *   atEachAwait((crash) =>
 *     given(chat, [], { crash })
 *       .when(ChatStartInference, { prompt: "Hi" })
 *       .showing([like(ChatMessage, { text: "Answer: Hi" })])
 *       .repeated([])));
 * ```
 */
export async function atEachAwait(test: (crash: Crash) => PromiseLike<unknown>): Promise<void> {
  for (let nth = 1; ; nth++) {
    const came = await hasDied(test, new TriedCrash("before", nth));
    if (!came && nth === 1)
      throw new Error("atEachAwait: no run came to an await; hand `crash` to given() or to a step");
    if (!came) return;
    await hasDied(test, new TriedCrash("after", nth));
  }
}

/** Runs the test. Whether its process died. */
async function hasDied(test: (crash: Crash) => PromiseLike<unknown>, crash: TriedCrash): Promise<boolean> {
  try {
    await test(crash as Crash);
  } catch (thrown) {
    throw crash.struck === undefined ? thrown : told(thrown, crash);
  }
  return crash.struck !== undefined;
}

/** The same error, whose message also says where the process died. */
function told(thrown: unknown, { struck, before, after }: TriedCrash): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const where = before === undefined ? `after await ${after}` : `before await ${before}`;
  const what = [struck?.kind, ...(struck?.names ?? [])].join(" ");
  const { message, stack } = thrown;
  thrown.message = `its process died ${where} (${what}): ${message}`;
  // The stack has the message of when it was made.
  if (stack !== undefined) thrown.stack = stack.replace(message, () => thrown.message);
  return thrown;
}
