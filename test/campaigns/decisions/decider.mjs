// A process that decides: node decider.mjs FILE
//
// Has two hubs on an SQLite file. For each message { id, session, commands } it submits the
// commands to the session, all at once, and answers { id, answer } with what became of each;
// for { id, session, deposit } it opens the account.

import { setImmediate } from "node:timers/promises";
import { Hub, ignore, isRejected } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { failingStore } from "@sessionstream/runtime/testing";
import {
  TillAccount,
  TillDeposited,
  TillSeat,
  TillSeatTaken,
  TillTakeSeat,
  TillWithdraw,
  TillWithdrawn,
  tillFeature,
} from "../../fixtures/gen/till/v1/till_sessionstream.js";

const [file] = process.argv.slice(2);
// Processes are killed here, but no power is lost.
const open = () => sqliteStore(file, { synchronous: "normal" });

/** At which ordinal the timeline stood when a handler began: every event counts in the account. */
const seen = new Map();
/** How many handlers of a command ran here. */
const runs = new Map();

const accountOf = (view) => view.get(TillAccount, "a") ?? { name: "a", balance: 0, events: 0 };

async function act({ session, payload: { manner }, publish, decide }, decision) {
  const about = `${session.id} ${manner.number}`;
  runs.set(about, (runs.get(about) ?? 0) + 1);
  seen.set(about, accountOf(session.timeline).events);
  if (manner.publishesFirst) {
    const { ordinal } = await publish(TillDeposited, { amount: 0 });
    if (accountOf(session.timeline).events < Number(ordinal)) seen.set(about, -1);
  }
  for (let turn = 0; turn < manner.turns; turn++) await setImmediate();
  if (manner.isCareless) {
    for (const event of decision(session.timeline)) await publish([event]);
  } else {
    await decide(decision);
  }
}

const handlers = {
  async withdraw(context) {
    const { amount, manner } = context.payload;
    await act(context, (view) => {
      const account = accountOf(view);
      if (account.balance < amount) throw context.reject("TOO_LITTLE", { detail: account });
      return [TillWithdrawn.of({ amount, number: manner.number })];
    });
  },
  async takeSeat(context) {
    const { seat, manner } = context.payload;
    await act(context, (view) => {
      const taken = view.get(TillSeat, seat);
      if (taken !== undefined) throw context.reject("TAKEN", { detail: { ...taken, events: accountOf(view).events } });
      return [TillSeatTaken.of({ seat, number: manner.number })];
    });
  },
};

const timeline = {
  deposited: ({ payload: { amount } }, view) => [moved(view, amount)],
  withdrawn: ({ payload: { amount } }, view) => [moved(view, -amount)],
  seatTaken: ({ payload: { seat, number } }, view) => [TillSeat.put({ seat, number }), moved(view, 0)],
};

function moved(view, amount) {
  const { name, balance, events } = accountOf(view);
  return TillAccount.put({ name, balance: balance + amount, events: events + 1 });
}

const feature = tillFeature({
  handlers,
  ui: { deposited: ignore, withdrawn: ignore, seatTaken: ignore },
  timeline,
});

const places = [0, 1].map((place) => {
  const store = failingStore(open());
  // The second one reads a session from the file again and again.
  return { store, hub: new Hub({ features: [feature], store, onError: () => {}, keepIdle: place === 0 ? 1000 : 2 }) };
});
const probe = open();
const bank = new Hub({ features: [feature], store: open(), onError: () => {} });
const ordinalOf = async (session) => (await probe.session(session))?.ordinal ?? 0n;

async function submit(session, { place, wait, fails, seat, amount, key, manner }) {
  const { store, hub } = places[place];
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  const before = await ordinalOf(session);
  if (fails !== undefined) store.failNext("commit", { afterEffect: fails === "after" });
  const options = key === undefined ? {} : { key };
  const outcome = await (seat === undefined
    ? hub.submit(session, TillWithdraw, { amount, manner }, options)
    : hub.submit(session, TillTakeSeat, { seat, manner }, options)
  ).then(({ ordinal }) => ({ status: "done", ordinal }), failureOf);
  const after = await ordinalOf(session);
  const seenThen = seen.get(`${session} ${manner.number}`) ?? 0;
  return {
    ...outcome,
    process: process.pid,
    number: manner.number,
    before,
    after,
    seen: BigInt(seenThen),
    runs: runs.get(`${session} ${manner.number}`) ?? 0,
  };
}

function failureOf(error) {
  if (!isRejected(error, TillWithdraw) && !isRejected(error, TillTakeSeat)) {
    return { status: "failed", code: error.code ?? String(error) };
  }
  const { balance, number, events } = error.rejection.detail;
  return { status: "rejected", balance, takenBy: number, view: BigInt(events) };
}

async function answer({ session, deposit, commands }) {
  if (deposit !== undefined) return bank.publish(session, TillDeposited, { amount: deposit });
  return Promise.all(commands.map((command) => submit(session, command)));
}

process.on("message", ({ id, ...request }) => {
  answer(request).then(
    (answer) => process.send({ id, answer }),
    (error) => process.send({ id, error: error.stack }),
  );
});
process.on("disconnect", () => process.exit());
process.send({ ready: true });
