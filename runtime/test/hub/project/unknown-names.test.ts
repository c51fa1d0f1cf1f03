import { type Feature, Hub } from "@sessionstream/runtime";
import { event, feature, timelineEntity } from "@sessionstream/runtime/codegen";
import { describe, expect, test } from "vitest";
import { NoteEntitySchema, NoteSetEventSchema } from "../../../../test/fixtures/gen/lab/v1/lab_pb.js";
import { places } from "../../../../test/fixtures/stores.js";

const Note = timelineEntity<"Note", typeof NoteEntitySchema, number>("Note", NoteEntitySchema, "number");
const Known = event("Known", NoteSetEventSchema);
const Fresh = event("Fresh", NoteSetEventSchema);

/** A program that knows some events. Each sets a note. */
function program(events: readonly (typeof Known | typeof Fresh)[], retired: readonly string[] = []): Feature {
  return {
    desc: feature("Notes", { events, timelineEntities: [Note], retired }),
    timeline({ payload }) {
      const { number, text } = payload as unknown as { number: number; text: string };
      return [Note.put({ number, text })];
    },
  };
}

describe.each(places)("an event of the log that the program does not know, on %s", (_, makePlace) => {
  /** A log of three, the second of which only the newer program knows. */
  async function mixed() {
    const place = makePlace();
    const newer = new Hub({ features: [program([Known, Fresh])], store: place.open() });
    await newer.publish("s", Known, { number: 1, text: "a" });
    await newer.publish("s", Fresh, { number: 2, text: "b" });
    await newer.publish("s", Known, { number: 3, text: "c" });
    const reports: unknown[] = [];
    const older = (retired: readonly string[] = []) =>
      new Hub({
        features: [program([Known], retired)],
        store: place.open(),
        onError: (report) => reports.push(report),
      });
    return { place, newer, older, reports };
  }

  const stop = { ordinal: 2n, name: "Fresh", reason: "unknown" };

  test("stops the timeline in this process, which says so; nothing of that is stored", async () => {
    const { place, newer, older, reports } = await mixed();
    const hub = older();
    expect(await hub.session("s")).toMatchObject({ ordinal: 3n, stop });
    expect(reports).toMatchObject([
      { step: "decode", sessionId: "s", ordinal: 2n, name: "Fresh", error: { code: "UNKNOWN_NAME" } },
    ]);
    expect(await hub.hydrate("s", { since: 3n, epoch: (await newer.hydrate("s")).epoch })).toMatchObject({
      mode: "reset",
      reason: "stalled",
      stop,
    });
    // What it publishes is in the log, and the newer program folds it.
    await hub.publish("s", Known, { number: 4, text: "d" });
    expect((await newer.session("s")).stop).toBeUndefined();
    expect((await newer.snapshot("s")).list(Note).map(({ text }) => text)).toEqual(["a", "b", "c", "d"]);
    const store = place.open();
    expect([await store.errors("s"), (await store.session("s"))?.failedAt]).toEqual([[], undefined]);
    await expect(hub.rebuild("s")).rejects.toMatchObject({ code: "UNKNOWN_NAME" });
    expect(await hub.retry("s")).toMatchObject({ stop });
    expect((await newer.snapshot("s")).entities).toHaveLength(4);
    await hub.close();
    await newer.close();
  });

  test("shows in a snapshot of the past as skipped", async () => {
    const { newer, older } = await mixed();
    const hub = older();
    const past = await hub.snapshot("s", { asOf: 2n });
    expect([past.ordinal, past.list(Note).map(({ text }) => text)]).toEqual([2n, ["a"]]);
    expect(past.skipped).toMatchObject([
      { ordinal: 2n, name: "Fresh", message: expect.stringContaining("does not know") },
    ]);
    expect((await newer.snapshot("s", { asOf: 2n })).skipped).toEqual([]);
    await hub.close();
    await newer.close();
  });

  test("is passed over where its name is retired", async () => {
    const { newer, older, reports } = await mixed();
    const hub = older(["Fresh"]);
    expect((await hub.session("s")).stop).toBeUndefined();
    await hub.rebuild("s");
    expect((await hub.snapshot("s")).list(Note).map(({ text }) => text)).toEqual(["a", "c"]);
    expect(reports).toEqual([]);
    await hub.close();
    await newer.close();
  });

  test("that comes in while the program runs stops the timeline then", async () => {
    const { newer, older, reports } = await mixed();
    await newer.publish("t", Known, { number: 1, text: "a" });
    const hub = older();
    const heard: string[] = [];
    const unfollow = hub.follow("t", ({ ordinal, isReset }) => heard.push(`${ordinal}${isReset ? " reset" : ""}`));
    expect((await hub.session("t")).stop).toBeUndefined();
    await newer.publish("t", Fresh, { number: 2, text: "b" });
    await expect.poll(() => heard).toEqual(["2 reset"]);
    expect(await hub.session("t")).toMatchObject({ ordinal: 2n, stop });
    expect(reports).toMatchObject([{ name: "Fresh" }]);
    unfollow();
    await hub.close();
    await newer.close();
  });
});
