import { isChosenRun, type RunChoice } from "./run-choice.js";

/**
 * What a run waits for that is ours. `effect` is a call of what `effect()` made, and `end` is the
 * commit of the run's end, once its function has returned or thrown.
 */
export type AwaitKind =
  | "publish"
  | "decide"
  | "start"
  | "coalesce"
  | "waitFor"
  | "waitForRun"
  | "sleepUntil"
  | "cancelRun"
  | "effect"
  | "end";

/** One await of a run. */
export interface Await {
  readonly kind: AwaitKind;
  /** What it is about: the events that are published, the run that is started, the entity that is waited for. */
  readonly names: readonly string[];
  readonly run: AwaitingRun;
}

/** A run that comes to an await. */
export interface AwaitingRun {
  readonly id: string;
  readonly name: string;
}

/**
 * Chooses an await: the n-th of all, those of a kind, or those that are about something: an event
 * that is published, an entity that is waited for, a run that is started, an effect.
 */
export type AwaitChoice = number | AwaitKind | { readonly name: string };

/**
 * Where a process dies: at an await of a run, before it has an effect, or after, when its answer is
 * lost. Of several that are chosen, it is the first, or the `nth`. With `of`, only the awaits of some
 * runs count: of a kind, or of the one with an id.
 *
 * @example
 * ```ts
 * .when(ChatStartInference, { prompt: "Hi" }, { crash: { after: ChatTokensDelta, nth: 2 } })
 * ```
 */
export type Crash = ({ readonly before: AwaitChoice } | { readonly after: AwaitChoice }) & {
  readonly nth?: number;
  readonly of?: RunChoice;
};

/** A crash that is to come. Its process may do without. */
export class TriedCrash {
  readonly before?: number;
  readonly after?: number;
  /** The await at which the process died. */
  struck: Await | undefined;

  constructor(side: "before" | "after", nth: number) {
    this[side] = nth;
  }
}

/** What an await comes to at which a process may die. */
export interface Strike {
  readonly side: "before" | "after";
  /** Whether the process dies now: until then, the test may have gone on without. */
  lands(): boolean;
}

/** Counts the awaits of runs until the one at which the process dies. */
export class ArmedCrash {
  readonly #crash: Crash;
  readonly #side: "before" | "after";
  readonly #choice: AwaitChoice;
  readonly #nth: number;
  readonly #of: RunChoice | undefined;
  #count = 0;
  #isOff = false;
  #hasStruck = false;

  constructor(crash: Crash) {
    this.#crash = crash;
    const { before, after } = crash as { readonly before?: AwaitChoice; readonly after?: AwaitChoice };
    this.#side = before === undefined ? "after" : "before";
    const choice = before ?? after;
    if (choice === undefined) throw new TypeError("crash: got neither `before` nor `after`, want one");
    this.#choice = choice;
    this.#of = crash.of;
    this.#nth = typeof choice === "number" ? choice : (crash.nth ?? 1);
  }

  /** Whether a test fails in which no run came so far. */
  get isMissed(): boolean {
    return !this.#hasStruck && !(this.#crash instanceof TriedCrash);
  }

  get hasStruck(): boolean {
    return this.#hasStruck;
  }

  /** In words, as in `after publish 2`. */
  get words(): string {
    const choice = this.#choice;
    if (typeof choice === "number") return `${this.#side} await ${choice}`;
    return `${this.#side} ${typeof choice === "string" ? choice : choice.name} ${this.#nth}`;
  }

  /** Told of each await. */
  strikes(made: Await): Strike | undefined {
    if (this.#isOff || !isChosenRun(this.#of, made.run) || !isChosen(this.#choice, made)) return undefined;
    if (++this.#count !== this.#nth) return undefined;
    // The end has no answer that could be lost: after it, there is nothing to take over.
    if (made.kind === "end" && this.#side === "after") return undefined;
    const lands = () => {
      if (this.#isOff) return false;
      this.#isOff = this.#hasStruck = true;
      if (this.#crash instanceof TriedCrash) this.#crash.struck = made;
      return true;
    };
    return { side: this.#side, lands };
  }

  /** No process dies of it any more. */
  disarm(): void {
    this.#isOff = true;
  }
}

function isChosen(choice: AwaitChoice, { kind, names }: Await): boolean {
  if (typeof choice === "number") return true;
  return typeof choice === "string" ? choice === kind : names.includes(choice.name);
}
