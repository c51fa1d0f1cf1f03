import { type Feature, Hub, type HubOptions, type UiBatch } from "@sessionstream/runtime";
import { describe, expect, test, vi } from "vitest";
import { LabNote, LabNoteAppended, LabTrace } from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../../test/fixtures/lab.js";
import { type Place, places } from "../../../../../test/fixtures/stores.js";

// Several programs on one store, not all of which can fold what is in its logs.

/** A program that does not know LabTrace. So it adds to a log that has one, and folds nothing. */
function oldProgram(): Feature {
  const lab = labOf();
  return { ...lab, desc: { ...lab.desc, events: lab.desc.events.filter(({ name }) => name !== LabTrace.name) } };
}

/** Fails to project the event of the log that appends "bad". */
const bad: LabSwitches = {
  beforeTimeline: ({ payload }) => {
    if ("text" in payload && payload.text === "bad") throw new Error("bad");
  },
};

describe.each(places)("programs that can fold different events, on %s", (_, makePlace) => {
  const hubOn = (place: Place, feature: Feature, options: Partial<HubOptions> = {}) =>
    new Hub({ features: [feature], store: place.open(), onError: () => {}, ...options });

  /** A session whose stored timeline has the first event, and lacks the second one. */
  async function lagging(place: Place) {
    const [able, old] = [hubOn(place, labOf()), hubOn(place, oldProgram())];
    await able.publish("s", LabTrace, {});
    return { able, addBad: () => old.publish("s", LabNoteAppended, { number: 1, text: "bad" }) };
  }

  const advancing = { onProjectionError: { timeline: "advance" } } as const;

  test.each(["retry", "rebuild"] as const)(
    "an event that was skipped on load is on record once, also after %s",
    async (repair) => {
      const place = makePlace();
      await (await lagging(place)).addBad();
      const hub = hubOn(place, labOf(bad), advancing);
      await hub.session("s");
      await hub[repair]("s");
      await hub.publish("s", LabNoteAppended, { number: 1, text: "good" });
      expect((await hub.snapshot("s")).get(LabNote, 1)?.text).toBe("good");
      expect((await hub.errors("s")).map(({ ordinal }) => ordinal)).toEqual([2n]);
    },
  );

  test("a program that folded what another one then skipped has the timeline of the store", async () => {
    const place = makePlace();
    await (await lagging(place)).addBad();
    const [fine, failing] = [hubOn(place, labOf(), advancing), hubOn(place, labOf(bad), advancing)];
    expect((await fine.timeline("s")).get(LabNote, 1)?.text).toBe("bad");
    await failing.publish("s", LabNoteAppended, { number: 1, text: "good" });
    expect((await fine.timeline("s")).get(LabNote, 1)?.text).toBe("good");
    await fine.publish("s", LabNoteAppended, { number: 1, text: " again" });
    expect((await failing.snapshot("s")).get(LabNote, 1)?.text).toBe("good again");
  });

  test("a program that fails on what another one added says so to the store, once", async () => {
    const place = makePlace();
    const { addBad } = await lagging(place);
    const failing = hubOn(place, labOf(bad));
    await failing.session("s");
    await addBad();
    await failing.publish("s", LabTrace, {});
    expect((await failing.session("s")).stop).toMatchObject({ ordinal: 2n, reason: "failed" });
    expect(await place.open().session("s")).toMatchObject({ ordinal: 3n, cursor: 1n, failedAt: 2n });
    const restarted = hubOn(place, labOf(bad));
    await restarted.publish("s", LabTrace, {});
    expect(await restarted.errors("s")).toHaveLength(1);
  });

  test.each([
    ["fail", {}],
    ["advance", advancing],
  ])("a program that fails (%s) is given what another one folded, and puts nothing on record", async (_, policy) => {
    const place = makePlace();
    const [able, failing] = [hubOn(place, labOf(), policy), hubOn(place, labOf(bad), policy)];
    for (const hub of [able, failing]) hub.follow("s", () => {});
    for (const text of ["bad", " good", " bad"]) await able.publish("s", LabNoteAppended, { number: 1, text });
    const textOf = async (hub: Hub) => (await hub.timeline("s")).get(LabNote, 1)?.text;
    await vi.waitFor(async () => expect(await textOf(failing)).toBe("bad good bad"), 5000);
    expect((await failing.session("s")).stop).toBeUndefined();
    expect((await failing.hydrate("s")).snapshot.get(LabNote, 1)?.text).toBe("bad good bad");
    expect(await failing.errors("s")).toEqual([]);
    await failing.publish("s", LabNoteAppended, { number: 1, text: "!" });
    expect([await textOf(able), await textOf(failing)]).toEqual(Array(2).fill("bad good bad!"));
    for (const hub of [able, failing]) await hub.close();
  });

  test("what a program alone went on without is not left out of what its clients are told later", async () => {
    const place = makePlace();
    const [able, failing] = [hubOn(place, labOf(), advancing), hubOn(place, labOf(bad), advancing)];
    await able.publish("s", LabNoteAppended, { number: 1, text: "bad" });
    await able.publish("s", LabNoteAppended, { number: 2, text: "good" });
    const began = await able.hydrate("s");
    expect(await failing.hydrate("s", { since: 1n, epoch: began.epoch })).toMatchObject({
      mode: "reset",
      reason: "epoch",
    });
    const first = await failing.hydrate("s");
    expect(first.snapshot.list(LabNote).map(({ number }) => number)).toEqual([2]);
    // Stores what it folded.
    await able.retry("s");
    const then = await failing.hydrate("s", { since: first.snapshot.ordinal, epoch: first.epoch });
    expect(then).toMatchObject({ mode: "reset", snapshot: { ordinal: 2n } });
    expect("snapshot" in then && then.snapshot.list(LabNote).map(({ text }) => text)).toEqual(["bad", "good"]);
  });

  test("a program that failed goes on where another one folded the event meanwhile", async () => {
    const place = makePlace();
    const { able, addBad } = await lagging(place);
    const failing = hubOn(place, labOf(bad));
    const fanned: UiBatch[] = [];
    failing.follow("s", (batch) => fanned.push(batch));
    await failing.session("s");
    await addBad();
    await failing.timeline("s");
    expect((await failing.session("s")).stop).toMatchObject({ ordinal: 2n, reason: "failed" });
    await able.publish("s", LabNoteAppended, { number: 1, text: " good" });
    // Stores what it folded.
    await able.close();
    expect((await failing.timeline("s")).get(LabNote, 1)?.text).toBe("bad good");
    expect((await failing.session("s")).stop).toBeUndefined();
    expect(fanned.at(-1)).toMatchObject({ isReset: true, ordinal: 3n });
    await failing.close();
  });
});
