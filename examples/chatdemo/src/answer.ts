import { setTimeout as sleep } from "node:timers/promises";

/** How the assistant answers: piece by piece, until the signal aborts it. */
export type Answer = (prompt: string, signal: AbortSignal) => AsyncIterable<string>;

/** Where a model would be called: answers in pieces of 10 characters, `chunkDelay` milliseconds apart. */
export function echoAnswer(chunkDelay: number): Answer {
  return async function* (prompt, signal) {
    const characters = [..."Answer: ", ...prompt];
    for (let start = 0; start < characters.length; start += 10) {
      await sleep(chunkDelay, undefined, { signal });
      yield characters.slice(start, start + 10).join("");
    }
  };
}
