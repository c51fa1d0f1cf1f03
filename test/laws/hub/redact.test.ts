import { fromBinary } from "@bufbuild/protobuf";
import { Hub, TimelineReader } from "@sessionstream/runtime";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cases } from "../../fixtures/cases.js";
import { NoteAppendedEventSchema } from "../../fixtures/gen/lab/v1/lab_pb.js";
import { LabNote, LabNoteAppended } from "../../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../fixtures/lab.js";
import { type Place, places, readAll } from "../../fixtures/stores.js";
import { Faults, turns } from "./faulty-store.js";

// Law 2 where events are redacted: the timeline is the fold of the log as it is, in every process, and a text that was
// redacted is nowhere.

type Step =
  | { readonly do: "publish" | "rebuild" | "retry" | "restart"; readonly hub: number }
  | { readonly do: "redact"; readonly hub: number; readonly at: readonly number[] }
  | { readonly do: "break" }
  | { readonly do: "fail"; readonly commits: number }
  | { readonly do: "wait"; readonly turns: number };

const hub = fc.nat({ max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("publish" as const), hub }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("redact" as const),
      hub,
      at: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("rebuild" as const, "retry" as const, "restart" as const),
      hub,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "break" as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fail" as const), commits: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), turns: fc.nat({ max: 15 }) }) },
);

const history = fc.record({
  steps: fc.array(step, { minLength: 4, maxLength: 30 }),
  latency: fc.nat({ max: 4 }),
  timeline: fc.constantFrom("fail" as const, "advance" as const),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

describe.each(places)("on %s, after any history of two hubs", (name, makePlace) => {
  const limits = { ...cases(name === "memory" ? 100 : 25, 10_000), timeout: 5_000 };

  test("what was redacted is nowhere, and all else is there", async () => {
    await fc.assert(
      fc.asyncProperty(history, (given) => holds(makePlace(), given)),
      limits,
    );
  });
});

async function holds(place: Place, { steps, latency, timeline }: History): Promise<void> {
  const faults = new Faults(latency);
  let isBroken = false;
  const open = () =>
    new Hub({
      features: [
        labOf({
          beforeTimeline: () => {
            if (isBroken) throw new Error("broken");
          },
        }),
      ],
      store: faults.watch(place.open()),
      onProjectionError: { timeline },
      onError: () => {},
    });
  const hubs = [open(), open()];
  const [published, asked, redacted] = [new Map<bigint, string>(), new Set<bigint>(), new Set<bigint>()];
  const failures: { readonly code?: string }[] = [];
  const underWay: Promise<void>[] = [];
  const begin = (work: Promise<unknown>) => {
    underWay.push(
      work.then(
        () => {},
        (error) => void failures.push(error),
      ),
    );
  };
  const at = (index: number) => hubs[index] as Hub;
  let texts = 0;
  const publish = async (hub: Hub) => {
    const text = `<${texts++}>`;
    const { ordinal } = await hub.publish("s", LabNoteAppended, { number: 1, text });
    published.set(ordinal, text);
  };
  const redact = async (hub: Hub, which: readonly number[]) => {
    const ordinals = [...published.keys()];
    const chosen = which.flatMap((each) => ordinals[each % Math.max(ordinals.length, 1)] ?? []);
    if (chosen.length === 0) return;
    for (const ordinal of chosen) asked.add(ordinal);
    await hub.redact("s", chosen, ["text"]);
    for (const ordinal of chosen) redacted.add(ordinal);
    for (const each of hubs) await isNowhere(each, chosen);
  };
  const isNowhere = async (hub: Hub, ordinals: readonly bigint[]) => {
    // It may have been closed meanwhile.
    const shown = (await hub.timeline("s")).get(LabNote, 1)?.text ?? "";
    for (const ordinal of ordinals) expect(shown).not.toContain(published.get(ordinal));
  };
  for (const step of steps) {
    if (step.do === "publish") begin(publish(at(step.hub)));
    else if (step.do === "redact") begin(redact(at(step.hub), step.at));
    else if (step.do === "rebuild" || step.do === "retry") begin(at(step.hub)[step.do]("s"));
    else if (step.do === "break") isBroken = !isBroken;
    else if (step.do === "fail") faults.failingCommits = step.commits;
    else if (step.do === "wait") await turns(step.turns);
    else {
      await at(step.hub).close();
      hubs[step.hub] = open();
    }
  }
  await Promise.all(underWay);
  const codes = ["PROJECTION_FAILED", "STORE_FAILED", "CLOSED"];
  expect(failures.filter(({ code = "" }) => !codes.includes(code))).toEqual([]);
  faults.failingCommits = 0;
  isBroken = false;
  for (const hub of hubs) await isNowhere(hub, [...redacted]);
  await at(0).rebuild("s");
  const store = place.open();
  const log = (await readAll(store, "s")).map(({ payload }) => fromBinary(NoteAppendedEventSchema, payload).text);
  for (const [ordinal, text] of published) {
    const stored = log[Number(ordinal) - 1];
    if (redacted.has(ordinal)) expect(stored).toBe("");
    else expect(asked.has(ordinal) ? ["", text] : [text]).toContain(stored);
  }
  const reader = new TimelineReader({ features: [labOf()], store });
  for (const hub of hubs) {
    expect((await hub.timeline("s")).get(LabNote, 1)?.text ?? "").toBe(log.join(""));
    await hub.close();
  }
  expect((await reader.verify("s"))?.differences ?? []).toEqual([]);
  expect(await store.errors("s")).toEqual([]);
  await store.close();
}
