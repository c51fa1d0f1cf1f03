import { Chance } from "../chance.js";

/** A command of a history, as the decider is told it. */
export interface TillCommandPlan {
  /** Which hub of the process. */
  readonly place: 0 | 1;
  /** In milliseconds. */
  readonly wait: number;
  /** Makes a commit fail, without its effect or with it. */
  readonly fails: "before" | "after" | undefined;
  /** Takes the seat; without one, withdraws the amount. */
  readonly seat: number | undefined;
  readonly amount: number;
  readonly manner: {
    readonly number: number;
    readonly publishesFirst: boolean;
    readonly turns: number;
    readonly isCareless: boolean;
  };
}

/** What happens in a session. */
export interface TillHistory {
  readonly balance: number;
  /** The commands that each of two processes submits. */
  readonly commands: readonly (readonly TillCommandPlan[])[];
}

/** Makes a history of a seed. Careless ones check first and then publish. */
export function tillHistory(seed: number, isCareless = false): TillHistory {
  const chance = new Chance(seed);
  const balance = chance.within(0, 20);
  const isFailing = chance.is(0.15);
  const seats = chance.within(1, 3);
  const mostWait = chance.oneOf([0, 0, 2, 6]);
  let number = 0;
  const commandsOf = () =>
    Array.from({ length: chance.within(2, 12) }, (): TillCommandPlan => {
      return {
        place: chance.is(0.5) ? 0 : 1,
        wait: chance.within(0, mostWait),
        fails: isFailing && chance.is(0.25) ? chance.oneOf(["before", "after"]) : undefined,
        seat: chance.is(0.4) ? chance.within(1, seats) : undefined,
        amount: chance.within(1, 4),
        manner: {
          number: ++number,
          publishesFirst: chance.is(0.2),
          turns: chance.within(0, 3),
          isCareless,
        },
      };
    });
  return { balance, commands: [commandsOf(), commandsOf()] };
}
