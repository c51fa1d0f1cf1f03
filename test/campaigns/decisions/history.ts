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
  /** Several commands have it: both processes submit the same. */
  readonly key: string | undefined;
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
  const where = () =>
    ({
      place: chance.is(0.5) ? 0 : 1,
      wait: chance.within(0, mostWait),
      fails: isFailing && chance.is(0.25) ? chance.oneOf(["before", "after"] as const) : undefined,
    }) as const;
  const what = (isKeyed: boolean) => {
    number++;
    return {
      seat: chance.is(0.4) ? chance.within(1, seats) : undefined,
      amount: chance.within(1, 4),
      key: isKeyed ? `k${number}` : undefined,
      manner: {
        number,
        // A command with a key that fails later has had its effect.
        publishesFirst: !isKeyed && chance.is(0.2),
        turns: chance.within(0, 3),
        isCareless,
      },
    };
  };
  const shared = Array.from({ length: chance.within(0, 3) }, () => what(true));
  const commandsOf = (): TillCommandPlan[] => {
    const own = Array.from({ length: chance.within(2, 12) }, () => what(false));
    const again = shared.filter(() => chance.is(0.3));
    return [...own, ...shared, ...again].map((each) => ({ ...where(), ...each }));
  };
  return { balance, commands: [commandsOf(), commandsOf()] };
}
