import { fromBinary } from "@bufbuild/protobuf";
import type { StoredEvent, StoredTimeline } from "@sessionstream/runtime/store";
import {
  AccountSchema,
  DepositedEventSchema,
  SeatTakenEventSchema,
  WithdrawnEventSchema,
} from "../../fixtures/gen/till/v1/till_pb.js";
import type { TillCommandPlan, TillHistory } from "./history.js";

/** What the decider says of a command. Ordinals are of the session's log. */
export type TillAnswer = {
  readonly number: number;
  /** The process that it was submitted in. */
  readonly process: number;
  /** Where the store stood before the command was submitted, and after its outcome was told. */
  readonly before: bigint;
  readonly after: bigint;
  /** Where the timeline stood that the handler read first. */
  readonly seen: bigint;
  /** How many handlers of the command ran in its process. */
  readonly runs: number;
} & (
  | { readonly status: "done"; readonly ordinal: bigint }
  | { readonly status: "failed"; readonly code: string }
  | {
      readonly status: "rejected";
      /** Where the view stood that it was rejected on, and what it had. */
      readonly view: bigint;
      readonly balance: number | undefined;
      readonly takenBy: number | undefined;
    }
);

/** How a session stands after an event. */
interface Standing {
  readonly balance: number;
  /** Who took which seat. */
  readonly seats: ReadonlyMap<number, number>;
}

/** Folds the log of a session plainly, and says what is wrong with it. */
function standings(log: readonly StoredEvent[], wrong: string[]): Standing[] {
  const all: Standing[] = [{ balance: 0, seats: new Map() }];
  log.forEach(({ ordinal, name, payload }, index) => {
    if (ordinal !== BigInt(index + 1)) wrong.push(`the event after ${index} has the ordinal ${ordinal}`);
    let { balance, seats } = all.at(-1) as Standing;
    if (name === "TillDeposited") balance += fromBinary(DepositedEventSchema, payload).amount;
    if (name === "TillWithdrawn") balance -= fromBinary(WithdrawnEventSchema, payload).amount;
    if (name === "TillSeatTaken") {
      const { seat, number } = fromBinary(SeatTakenEventSchema, payload);
      if (seats.has(seat)) wrong.push(`seat ${seat} is taken again at ${ordinal}`);
      seats = new Map([...seats, [seat, number]]);
    }
    if (balance < 0) wrong.push(`the account is at ${balance} at ${ordinal}`);
    all.push({ balance, seats });
  });
  return all;
}

/** The command that published an event, if one did. */
function numberOf({ name, payload }: StoredEvent): number | undefined {
  if (name === "TillWithdrawn") return fromBinary(WithdrawnEventSchema, payload).number;
  if (name === "TillSeatTaken") return fromBinary(SeatTakenEventSchema, payload).number;
  return undefined;
}

/** What of a history does not hold, in words: nothing if all is well. */
export function whatIsWrong(
  { commands }: TillHistory,
  answers: readonly TillAnswer[],
  log: readonly StoredEvent[],
  stored: StoredTimeline | undefined,
): string[] {
  const wrong: string[] = [];
  const stands = standings(log, wrong);
  const plans = new Map(commands.flat().map((plan) => [plan.manner.number, plan]));
  const asked = commands.flat().length;
  if (answers.length !== asked) wrong.push(`${answers.length} of ${asked} commands were answered`);
  for (const answer of answers) {
    const { number, before, after, seen } = answer;
    const plan = plans.get(number);
    const isKeyed = plan?.key !== undefined;
    const say = (what: string) => wrong.push(`command ${number}: ${what}`);
    const ordinals = log.filter((event) => numberOf(event) === number).map(({ ordinal }) => ordinal);
    if (answer.status === "done") {
      if (ordinals.length !== 1) say(`it is done, and has ${ordinals.length} events`);
      else if (ordinals[0] !== answer.ordinal) say(`it is at ${ordinals[0]}, and was told ${answer.ordinal}`);
      if (answer.ordinal > after) say("it was told before it was durable");
    } else if (ordinals.length > 0 && !isKeyed) {
      say(`it was ${answer.status}, and is at ${ordinals.join(" and ")}`);
    }
    // A handler that a failed commit kept from beginning has seen nothing.
    if (answer.status !== "failed" && !isKeyed && seen < before)
      say(`it read the timeline at ${seen}, and the store was at ${before}`);
    if (answer.status === "failed" && answer.code !== "STORE_FAILED") say(`it failed with ${answer.code}`);
    if (answer.status === "rejected") {
      const { view } = answer;
      if (view < before && !isKeyed) say(`it was rejected on the timeline at ${view}, and the store was at ${before}`);
      if (view > after) say(`it was rejected on the timeline at ${view}, of which ${after} was durable`);
      const standing = stands[Number(view)];
      if (plan !== undefined && standing !== undefined) rejectedOn(plan, answer, standing, say);
    }
  }
  for (const { key, manner } of plans.values()) {
    if (key !== undefined)
      onceUnderKey(
        answers.filter(({ number }) => number === manner.number),
        wrong,
      );
  }
  // It may lag behind the log.
  const standing = stands[Number(stored?.cursor ?? -1n)];
  if (standing === undefined) wrong.push(`the timeline is at ${stored?.cursor} of ${log.length}`);
  for (const { kind, payload = new Uint8Array() } of stored?.entities ?? []) {
    if (kind !== "TillAccount") continue;
    const { balance, events } = fromBinary(AccountSchema, payload);
    if (balance !== standing?.balance || BigInt(events) !== stored?.cursor)
      wrong.push(`the account has ${balance} of ${events} events`);
  }
  return wrong;
}

/** Whether all who asked for the same under a key have one outcome, unless a commit failed for some of them. */
function onceUnderKey(answers: readonly TillAnswer[], wrong: string[]): void {
  const outcomes = new Set<string>();
  for (const answer of answers) {
    if (answer.status === "done") outcomes.add(`done at ${answer.ordinal}`);
    if (answer.status === "rejected") outcomes.add(`rejected on ${answer.view}`);
  }
  const number = answers[0]?.number;
  if (outcomes.size > 1) wrong.push(`command ${number}: it was ${[...outcomes].join(" and ")}`);
  const isFailed = answers.some(({ status }) => status === "failed");
  // With each answer, a process tells how many ran there until then.
  const most = new Map<number, number>();
  for (const { process, runs } of answers) most.set(process, Math.max(runs, most.get(process) ?? 0));
  const runs = [...most.values()].reduce((sum, each) => sum + each, 0);
  if (!isFailed && runs !== 1) wrong.push(`command ${number}: its handler ran ${runs} times`);
}

/** Whether what a rejection says was so. */
function rejectedOn(
  { seat, amount }: TillCommandPlan,
  { balance, takenBy }: Extract<TillAnswer, { status: "rejected" }>,
  standing: Standing,
  say: (what: string) => void,
): void {
  if (seat === undefined) {
    if (standing.balance !== balance) say(`it was told a balance of ${balance}, which was ${standing.balance}`);
    if (standing.balance >= amount) say(`it was rejected though ${standing.balance} is enough for ${amount}`);
  } else if (standing.seats.get(seat) !== takenBy) {
    say(`it was told that ${takenBy} has seat ${seat}, which ${standing.seats.get(seat)} had`);
  }
}
