import { fromBinary } from "@bufbuild/protobuf";
import { Hub, type Submitted } from "@sessionstream/runtime";
import type { StoredEvent } from "@sessionstream/runtime/store";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cases } from "../../fixtures/cases.js";
import { TraceEventSchema } from "../../fixtures/gen/lab/v1/lab_pb.js";
import { LabTrace, LabWork } from "../../fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../fixtures/lab.js";
import { type Place, places, readAll } from "../../fixtures/stores.js";
import { Faults, turns } from "./faulty-store.js";

// Law 8: a command sent twice under one idempotency key has its effect once; the
// same key with another payload is an error.

type Step =
  | { readonly do: "submit"; readonly hub: number; readonly key: number; readonly task: number }
  | { readonly do: "publish"; readonly hub: number }
  | { readonly do: "restart"; readonly hub: number }
  | { readonly do: "fail"; readonly commits: number }
  | { readonly do: "wait"; readonly turns: number };

const hub = fc.nat({ max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    // Mostly the same task under the same key.
    arbitrary: fc.record({
      do: fc.constant("submit" as const),
      hub,
      key: fc.nat({ max: 3 }),
      task: fc.nat({ max: 9 }).map((n) => (n === 9 ? 1 : 0)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("publish" as const), hub }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const), hub }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fail" as const), commits: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), turns: fc.nat({ max: 12 }) }) },
);

/** What a handler does: how many events it publishes, which of them it waits for, and whether it fails after. */
const plan = fc.record({ events: fc.nat({ max: 3 }), awaits: fc.boolean(), fails: fc.boolean() });
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

const history = fc.record({
  steps: fc.array(step, { minLength: 2, maxLength: 25 }),
  plans: fc.array(plan, { minLength: 4, maxLength: 4 }),
  latency: fc.nat({ max: 4 }),
});

describe.each(places)("on %s, after any history of two hubs", (name, makePlace) => {
  const limits = { ...cases(name === "memory" ? 60 : 15, 10_000), timeout: 5_000 };

  test("a command sent under one idempotency key has its effect once", async () => {
    await fc.assert(
      fc.asyncProperty(history, ({ steps, plans, latency }) => holds(makePlace(), steps, plans, latency)),
      limits,
    );
  });
});

interface Sent {
  readonly key: string;
  readonly task: string;
  readonly outcome: PromiseSettledResult<Submitted>;
}

async function holds(place: Place, steps: readonly Step[], plans: readonly Plan[], latency: number): Promise<void> {
  const faults = new Faults(latency);
  let runs = 0;
  const work: LabSwitches["work"] = async ({ payload: { task }, publish }) => {
    const { events, awaits, fails } = plans[Number(task.split(" ")[0])] as Plan;
    const run = ++runs;
    for (let part = 1; part <= events; part++) {
      const published = publish(LabTrace, { text: `${task} ${run} ${part}` });
      if (awaits) await published;
    }
    if (fails) throw new Error("the handler failed");
  };
  const open = () => new Hub({ features: [labOf({ work })], store: faults.watch(place.open()), onError: () => {} });
  const hubs = [open(), open()];
  const sent: Promise<Sent>[] = [];
  const others: Promise<unknown>[] = [];
  for (const given of steps) {
    const at = "hub" in given ? (hubs[given.hub] as Hub) : undefined;
    switch (given.do) {
      case "submit": {
        const [key, task] = [`k${given.key}`, `${given.key} ${given.task}`];
        const submitted = (at as Hub).submit("s", LabWork, { task }, { key });
        sent.push(Promise.allSettled([submitted]).then(([outcome]) => ({ key, task, outcome })));
        break;
      }
      case "publish":
        others.push(Promise.allSettled([(at as Hub).publish("s", LabTrace, { text: "other" })]));
        break;
      case "restart":
        await at?.close();
        hubs[given.hub] = open();
        break;
      case "fail":
        faults.failingCommits += given.commits;
        break;
      case "wait":
        await turns(given.turns);
    }
  }
  const outcomes = await Promise.all(sent);
  await Promise.all(others);
  faults.failingCommits = 0;
  const isFaultless = steps.every((given) => given.do !== "fail");
  await check(hubs[0] as Hub, place, outcomes, plans, isFaultless);
  for (const each of hubs) await each.close();
}

async function check(
  last: Hub,
  place: Place,
  sent: readonly Sent[],
  plans: readonly Plan[],
  isFaultless: boolean,
): Promise<void> {
  const store = place.open();
  const log = (await readAll(store, "s")).map(readPart);
  const keys = new Set(sent.map(({ key }) => key));
  for (const key of keys) {
    const parts = log.filter((part) => part.key === key);
    // One run of one task, each of its events once and in order.
    expect(new Set(parts.map(({ run }) => run)).size, key).toBeLessThanOrEqual(1);
    expect(new Set(parts.map(({ task }) => task)).size, key).toBeLessThanOrEqual(1);
    expect(parts.map(({ part }) => part)).toEqual(parts.map((_, index) => index + 1));
    const { events } = plans[Number(key.slice(1))] as Plan;
    const answered = sent.filter((each) => each.key === key);
    const done = answered.flatMap(({ outcome, task }) =>
      outcome.status === "fulfilled" ? [{ task, ordinal: outcome.value.ordinal }] : [],
    );
    // All who were told that it is done had asked for the same thing, and it is there.
    expect(new Set(done.map(({ task }) => task)).size, key).toBeLessThanOrEqual(1);
    // Nothing is missing, unless a commit failed.
    if (done.length > 0 && isFaultless) expect(parts).toHaveLength(events);
    if (done.length > 0 && events > 0) expect(parts.map(({ ordinal }) => ordinal)).toContain(done.at(-1)?.ordinal);
    // Another task under the key of something that is done is an error, for ever.
    const kept = parts[0]?.task ?? done[0]?.task;
    if (kept === undefined) continue;
    const other = `${key.slice(1)} ${kept.endsWith("1") ? 0 : 1}`;
    await expect(last.submit("s", LabWork, { task: other }, { key })).rejects.toMatchObject({ code: "KEY_REUSED" });
    await last.submit("s", LabWork, { task: kept }, { key });
  }
  expect(await readAll(store, "s")).toHaveLength(log.length);
  await store.close();
}

function readPart({ ordinal, payload }: StoredEvent) {
  const { text } = fromBinary(TraceEventSchema, payload);
  const [number, task, run, part] = text.split(" ");
  return { ordinal, key: `k${number}`, task: `${number} ${task}`, run, part: Number(part) };
}
