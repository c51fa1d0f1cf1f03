import { AssertionError } from "node:assert";
import { fakeClock, fold, like } from "@sessionstream/runtime/testing";
import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteAppended,
  LabNoteDeleted,
  LabNoteSet,
  LabTold,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { LedgerBooked } from "../../../../test/fixtures/gen/ledger/v1/ledger_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";

describe("fold", () => {
  test("gives the typed timeline of events, and the UI events of each", () => {
    const folded = fold(labOf(), [
      LabNoteSet.of({ number: 1, text: "a" }),
      LabNoteAppended.of({ number: 1, text: "b" }),
      LabNoteSet.of({ number: 2, text: "c" }),
      LabNoteDeleted.of({ number: 2 }),
    ]);
    expect(folded.get(LabNote, 1)?.text).toBe("ab");
    expect(folded.list(LabNote).map(({ number }) => number)).toEqual([1]);
    expect([folded.ordinal, folded.entities.map(({ createdOrdinal }) => createdOrdinal)]).toEqual([4n, [1n]]);
    expect(folded.uiEvents.map((events) => events.map(({ name }) => name))).toEqual(Array(4).fill(["LabTold"]));
    expect(folded.uiEvents[1]?.[0]?.payload).toMatchObject({ event: "LabNoteAppended", ordinal: 2n });
  });

  test("gives projections the session and the times", () => {
    const clock = fakeClock(1_000);
    const seen: unknown[] = [];
    const feature = labOf({
      beforeTimeline: ({ time, session }) => {
        seen.push(time, session);
        clock.advance(500);
      },
    });
    fold(feature, [LabNoteSet.of({}), LabNoteSet.of({})], { sessionId: "s", metadata: { of: "me" }, now: clock });
    const session = { id: "s", metadata: { of: "me" } };
    expect(seen).toEqual([1_000, session, 1_500, session]);
  });

  test("throws what a projection throws, and for events of another feature", () => {
    const withCode = (code: string) => expect.objectContaining({ code });
    expect(() => fold(labOf(), [LabCounterAdded.of({ neverFits: true })])).toThrow(withCode("PROJECTION_FAILED"));
    expect(() => fold(labOf(), [LedgerBooked.of({})])).toThrow(withCode("UNKNOWN_NAME"));
  });

  test("has expectations of its own, which show both sides", () => {
    const folded = fold([labOf()], [LabCounterAdded.of({ name: "a", amount: 2n })]);
    folded.showing([
      LabCounter.put({ name: "a", total: 2n, times: 1 }),
      like(LabCounter, { total: 2n }),
      LabNote.delete(1),
    ]);
    folded.told([LabTold.of({ event: "LabCounterAdded", ordinal: 1n })]).told([LabTold]);
    const failures = [
      () => folded.showing([LabCounter.put({ name: "a", total: 3n, times: 1 })]),
      () => folded.showing([LabCounter.delete("a")]),
      () => folded.showing([LabNote.put({ number: 5 })]),
      () => folded.showing([like(LabCounter, { total: 3n })]),
      () => folded.told([]),
    ].map((expecting) => {
      try {
        expecting();
      } catch (thrown) {
        if (thrown instanceof AssertionError) return [thrown.expected, thrown.actual];
      }
      throw new Error("no AssertionError");
    });
    const counter = { name: "LabCounter", payload: { name: "a", total: "2", times: 1 } };
    expect(failures).toEqual([
      [[{ ...counter, payload: { ...counter.payload, total: "3" } }], [counter]],
      [[{ name: "LabCounter", payload: 'none with the id "a"' }], [counter]],
      [[{ name: "LabNote", payload: { number: 5 } }], [{ name: "LabNote", payload: 'none with the id "5"' }]],
      [[{ name: "LabCounter", payload: { total: "3" } }], [{ name: "LabCounter", payload: { total: "2" } }]],
      [[], [{ name: "LabTold", payload: { event: "LabCounterAdded", ordinal: "1" } }]],
    ]);
  });
});

describe("fakeClock", () => {
  test("stands still until it is moved", () => {
    const clock = fakeClock(Date.UTC(2026, 0, 1));
    clock.advance(60_000);
    clock.advance(-1);
    expect(new Date(clock()).toISOString()).toBe("2026-01-01T00:00:59.999Z");
    expect(fakeClock()()).toBe(0);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300, "5", null, undefined])(
    "is not moved by %j, and does not begin there",
    (time) => {
      const clock = fakeClock(7);
      const wrong = (message: string) => expect.objectContaining({ code: "INVALID_OPTION", message });
      const shown = typeof time === "string" ? `"${time}"` : String(time);
      expect(() => clock.advance(time as number)).toThrow(
        wrong(`fakeClock option advance: got ${shown}, want milliseconds from -8640000000000000 to 8640000000000000`),
      );
      expect(clock()).toBe(7);
      if (time === undefined) return;
      expect(() => fakeClock(time as number)).toThrow(
        wrong(`fakeClock option start: got ${shown}, want a time in whole milliseconds since the Unix epoch`),
      );
    },
  );
});
