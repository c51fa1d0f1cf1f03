import { setImmediate } from "node:timers/promises";
import type { Feature, Hub } from "@sessionstream/runtime";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BoardAppended, BoardMoved, BoardRemoved, BoardSet, BoardTouched, board } from "../../fixtures/board/board.js";
import { inMemory, type Served, serve } from "../../fixtures/board/serve.js";
import { cases } from "../../fixtures/cases.js";
import { until } from "../../fixtures/until.js";
import { BoardClient, notesIn } from "./board-client.js";

// Law 5 for clients that come and go while entities are deleted, timelines stand
// and are repaired, and client projections do not do what they should.

const code = fc.constantFrom("a", "b", "c", "d");
const client = fc.nat(2);

const publishing = fc.record({
  kind: fc.constantFrom("set", "append", "append", "move", "remove", "touch"),
  code,
  detail: code,
});
type Publishing = typeof publishing extends fc.Arbitrary<infer T> ? T : never;

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ publish: fc.array(publishing, { minLength: 1, maxLength: 8 }) }) },
  { weight: 5, arbitrary: fc.record({ cut: client }) },
  { weight: 1, arbitrary: fc.record({ leave: client }) },
  { weight: 4, arbitrary: fc.record({ turns: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 1, arbitrary: fc.record({ pause: fc.integer({ min: 1, max: 15 }) }) },
  { weight: 1, arbitrary: fc.record({ repair: fc.constantFrom("rebuild", "retry") }) },
  { weight: 1, arbitrary: fc.record({ isBroken: fc.constantFrom(true, false, false) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const steps = fc.array(step, { minLength: 4, maxLength: 30, size: "max" });

test("after any history, each client shows what is stored, whether it ever left or not", async () => {
  let deltas = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      deltas += await live(taken, "fail");
    }),
    cases(20, 9_000),
  );
  expect(deltas).toBeGreaterThan(20);
});

test("where the timeline went on without an event, clients that saw its UI events show what is stored when they return", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      await live(taken, "advance");
    }),
    cases(20, 9_000),
  );
});

/** Lives through a history; returns how often a client went on from what it had. */
async function live(steps: readonly Step[], policy: "fail" | "advance"): Promise<number> {
  let isBroken = false;
  const feature: Feature = {
    ...board,
    timeline(event, view) {
      if (isBroken && (event.payload as { code?: string }).code === "c") throw new Error("broken");
      return board.timeline?.(event, view) ?? [];
    },
  };
  const served = await serve(inMemory, {}, { features: [feature], onProjectionError: { timeline: policy } });
  const right = [0, 1].map(() => new BoardClient(served.at));
  const clients = [...right, new BoardClient(served.at, { isWrong: true })];
  let deltas = 0;
  for (const { client } of clients) {
    const session = client.session("s");
    let last = session.hydration;
    session.watch(() => {
      if (session.hydration !== last && session.hydration?.mode === "delta") deltas++;
      last = session.hydration;
    });
  }
  try {
    for (const one of steps) {
      if ("isBroken" in one) isBroken = one.isBroken;
      else await take(one, served, clients);
    }
    isBroken = false;
    await served.hub.retry("s");
    await served.hub.publish("s", BoardSet, { code: "last", message: "." });
    // Those that fold rightly need not come back for it.
    if (policy === "fail") await inStep(served.hub, right);
    for (const each of clients) each.cut();
    await inStep(served.hub, clients);
    const errors = (policy === "fail" ? right : []).flatMap((each) => each.errors);
    expect(errors.filter((message) => !message.startsWith("cannot connect"))).toEqual([]);
  } finally {
    for (const { client } of clients) client.close();
    await served.stop();
  }
  return deltas;
}

async function take(one: Exclude<Step, { isBroken: boolean }>, { hub }: Served, clients: BoardClient[]): Promise<void> {
  if ("publish" in one) await Promise.all(one.publish.map((publishing) => publish(hub, publishing)));
  if ("cut" in one) clients[one.cut]?.cut();
  if ("leave" in one) {
    clients[one.leave]?.client.session("s").close();
    clients[one.leave]?.client.session("s");
  }
  if ("turns" in one) for (let turn = 0; turn < one.turns; turn++) await setImmediate();
  if ("pause" in one) await new Promise((resolve) => setTimeout(resolve, one.pause));
  // A rebuild while it is broken leaves the old timeline.
  if ("repair" in one) await hub[one.repair]("s").catch(() => {});
}

function publish(hub: Hub, { kind, code, detail }: Publishing): Promise<unknown> {
  if (kind === "set") return hub.publish("s", BoardSet, { code, message: code });
  if (kind === "append") return hub.publish("s", BoardAppended, { code, message: code });
  if (kind === "move") return hub.publish("s", BoardMoved, { code, detail });
  if (kind === "remove") return hub.publish("s", BoardRemoved, { nonce: code });
  return hub.publish("s", BoardTouched, {});
}

async function inStep(hub: Hub, clients: readonly BoardClient[]): Promise<void> {
  const want = notesIn(await hub.snapshot("s"));
  const shown = () => clients.map(({ client }) => notesIn(client.session("s").timeline));
  await until(() => shown().every((each) => each === want), "all are in step", 3000).catch(() => {});
  expect(shown()).toEqual(clients.map(() => want));
}
