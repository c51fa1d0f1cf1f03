import { aTime, invalidOption, milliseconds } from "../../base/option.js";

/** A clock that stands still until a test moves it. Calling it gives the time. */
export interface FakeClock {
  /** Milliseconds since the Unix epoch. */
  (): number;
  /** Moves the clock on by so many milliseconds. A negative number moves it back. */
  advance(milliseconds: number): void;
}

/**
 * A clock for the option `now` of a hub, of `given` and of `fold`. It begins at `start`, in
 * milliseconds since the Unix epoch.
 *
 * @example
 * ```ts
 * const clock = fakeClock(Date.UTC(2026, 0, 1));
 * const hub = new Hub({ features, now: clock });
 * clock.advance(60_000);
 * ```
 * @throws INVALID_OPTION for a time that there is not, also when it is moved.
 */
export function fakeClock(start = 0): FakeClock {
  if (!aTime.accepts(start)) throw invalidOption("fakeClock", "start", start, aTime.words);
  let time = start;
  return Object.assign(() => time, {
    advance(by: number) {
      if (!aStep.accepts(by)) throw invalidOption("fakeClock", "advance", by, aStep.words);
      time += by;
    },
  });
}

const aStep = milliseconds(-8.64e15, 8.64e15);
