import { setTimeout as sleep } from "node:timers/promises";
import { Hub } from "@sessionstream/runtime";
import { failingStore } from "@sessionstream/runtime/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cases } from "../../fixtures/cases.js";
import type { TraceEvent } from "../../fixtures/gen/lab/v1/lab_pb.js";
import { LabTrace, LabWork } from "../../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../fixtures/lab.js";
import { type Place, places, wrapStore } from "../../fixtures/stores.js";
import { within } from "../../fixtures/until.js";

// Law 8, where processes are taken for dead though they are not, and any call to the store may fail.

const lease = 30;

const history = fc.record({
  /** Of each of the two hubs: whether its heart is not heard. */
  silent: fc.tuple(fc.boolean(), fc.boolean()),
  failures: fc.array(
    fc.record({
      hub: fc.nat({ max: 1 }),
      // What is unknown of a commit is where most can go wrong.
      method: fc.constantFrom(
        ...(["commit", "commit", "commit", "hasBatch", "hasBatch", "hasBatch"] as const),
        ...(["claim", "settle", "key", "session", "load", "events"] as const),
      ),
      afterEffect: fc.boolean(),
    }),
    { maxLength: 8 },
  ),
  submits: fc.array(
    fc.record({
      hub: fc.nat({ max: 1 }),
      key: fc.nat({ max: 1 }),
      /** Milliseconds before each event that the handler publishes. */
      pauses: fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 45 })), { maxLength: 3 }),
      after: fc.nat({ max: 40 }),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

async function holds(
  place: Place,
  { silent, failures, submits }: typeof history extends fc.Arbitrary<infer H> ? H : never,
) {
  const stores = silent.map((isSilent) => {
    const inner = place.open();
    return failingStore(isSilent ? wrapStore(inner, { beat: async () => true }) : inner);
  });
  let runs = 0;
  const pauses = new Map<string, readonly number[]>();
  const hubs = stores.map(
    (store, index) =>
      new Hub({
        features: [
          labOf({
            work: async ({ publish, key = "" }) => {
              const run = `${key} run ${++runs} of hub ${index}`;
              for (const [number, pause] of (pauses.get(key) ?? []).entries()) {
                await sleep(pause);
                await publish(LabTrace, { text: `${run}: ${number}` });
              }
            },
          }),
        ],
        store,
        lease,
        onError: () => {},
      }),
  );
  for (const { hub, method, afterEffect } of failures) stores[hub]?.failNext(method, { afterEffect });
  const told: { readonly key: string; readonly ordinal: bigint }[] = [];
  await Promise.all(
    submits.map(async ({ hub, key: number, pauses: given, after }) => {
      const key = `k${number}`;
      if (!pauses.has(key)) pauses.set(key, given);
      await sleep(after);
      for (let attempt = 1; ; attempt++) {
        try {
          const submitted = hubs[hub]?.submit("s", LabWork, { task: key }, { key });
          const { ordinal } = await within(8000, `the command under ${key} is done`, submitted ?? Promise.reject());
          told.push({ key, ordinal });
          return;
        } catch (error) {
          // Clients submit again until there is an answer.
          if (attempt === 20 || /in vain/.test(String(error))) throw error;
        }
      }
    }),
  );
  const looker = place.open();
  const texts = (await new Hub({ features: [labOf()], store: looker }).events("s")).map(({ payload, ordinal }) => ({
    text: (payload as TraceEvent).text,
    ordinal,
  }));
  for (const key of ["k0", "k1"]) {
    const own = texts.filter(({ text }) => text.startsWith(`${key} `));
    const runsOf = [...new Set(own.map(({ text }) => text.split(":")[0]))];
    expect(runsOf.length, `the runs that had an effect: ${runsOf.join(", ")}`).toBeLessThanOrEqual(1);
    expect(own.map(({ text }) => text.split(": ")[1])).toEqual(own.map((_, index) => String(index)));
    const wanted = pauses.get(key)?.length ?? 0;
    if (told.some((each) => each.key === key) && wanted > 0) expect(own.length).toBeGreaterThan(0);
  }
  await looker.close();
  await within(8000, "the hubs are closed", Promise.all(hubs.map((each) => each.close())));
}

describe.each(places)("on %s, while leases end and calls fail", (name, makePlace) => {
  test("a command under a key has the effect of one run, whoever does it", async () => {
    await fc.assert(
      fc.asyncProperty(history, (given) => holds(makePlace(), given)),
      { ...cases(name === "memory" ? 30 : 12, 12_000), timeout: 15_000 },
    );
  });
});
