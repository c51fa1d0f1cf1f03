import type { Hub, PipelineRecord } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { type Place, places, readAll } from "../../../../../test/fixtures/stores.js";
import { commit } from "../../../../src/testing/store/batches.js";
import { type Program, program, write } from "./notes.js";

// Programs of two releases on one store, as while one takes the place of the other.

const upper = ({ number, text }: { readonly number: number; readonly text: string }) => ({
  number,
  text: text.toUpperCase(),
});
const [first, second] = [program(), program({ timelineVersion: 2, note: upper })];
/** Of the same version as the first, with another schema: somebody added a kind without a new version. */
const otherSchema = program({ kinds: { Note: ["Note", "number"], Letter: ["Tag", "name"] }, tagKind: "Letter" });

describe.each(places)("programs that fold otherwise, on %s", (_, makePlace) => {
  const textsOf = async (hub: Hub) =>
    (await hub.snapshot("s")).entities
      .filter(({ kind }) => kind === "Note")
      .map(({ payload }) => (payload as { text?: string }).text);
  const kindsOf = async (hub: Hub) => new Set((await hub.snapshot("s")).entities.map(({ kind }) => kind));

  /** A hub, and how often it folded a session again. */
  function counted(program: Program, place: Place) {
    const refolds: PipelineRecord[] = [];
    const observer = (record: PipelineRecord) => {
      if (record.step === "refold" && record.count !== undefined) refolds.push(record);
    };
    return { hub: program.hub(place, { observer }), refolds };
  }

  async function storedBy(place: Place) {
    const store = place.open();
    const stored = await store.load("s");
    await store.close();
    return { ...stored, kinds: new Set(stored?.entities.map(({ kind }) => kind)) };
  }

  test("one with a lower version folds for itself, and writes no entities", async () => {
    const place = makePlace();
    const newer = second.hub(place);
    await write(newer, second);
    await newer.close();
    const before = await storedBy(place);
    const reports: unknown[] = [];
    const failing = program({
      before: ({ text }) => {
        if (text === "bad") throw new Error("bad");
      },
    });
    const { hub: older, refolds } = counted(failing, place);
    expect(await textsOf(older)).toEqual(["apples", "plum", "peach"]);
    await write(older, failing, "s", [{ number: 4, text: "fig" }]);
    expect((await textsOf(older)).at(-1)).toBe("fig");
    // A client of the newer program that comes to the older one, and goes back.
    const { epoch } = await older.hydrate("s");
    expect(epoch).toBe("");
    // What fails here need not fail there.
    await write(older, failing, "s", [{ number: 5, text: "bad" }]);
    expect(await older.session("s")).toMatchObject({ ordinal: 8n, cursor: 7n, stop: { ordinal: 8n } });
    expect(await older.retry("s")).toMatchObject({ cursor: 7n, stop: { ordinal: 8n } });
    await expect(older.rebuild("s")).rejects.toMatchObject({
      code: "TIMELINE_NEWER",
      message: expect.stringMatching(/timeline_version 2 of the feature "Notes", and this program has 1/),
    });
    await expect(older.redact("s", [7n], ["number"])).rejects.toMatchObject({ code: "TIMELINE_NEWER" });
    expect([refolds.length, reports]).toEqual([1, []]);
    await older.close();
    expect(await storedBy(place)).toMatchObject({
      ordinal: 8n,
      cursor: before.cursor,
      failedAt: undefined,
      epoch: before.epoch,
      entities: before.entities,
    });
    const { hub: again, refolds: none } = counted(second, place);
    expect(await textsOf(again)).toEqual(["APPLES", "PLUM", "PEACH", "FIG", "BAD"]);
    expect([await again.errors("s"), none]).toEqual([[], []]);
    await again.close();
  });

  test.each([
    ["are stored", true],
    ["are not stored yet", false],
  ])("one that had the session before a newer one, where its entities %s, goes on beside it", async (_, isStored) => {
    const place = makePlace();
    const { hub: older, refolds: olds } = counted(first, place);
    await write(older, first);
    // Stores what lags.
    if (isStored) await older.retry("s");
    const { hub: newer, refolds: news } = counted(second, place);
    expect(await textsOf(newer)).toEqual(["APPLES", "PLUM", "PEACH"]);
    const texts = Array.from({ length: 40 }, (_, at) => `text ${at}`);
    await Promise.all(
      texts.map((text, at) =>
        write(...(at % 2 === 0 ? ([older, first] as const) : ([newer, second] as const)), "s", [
          { number: 100 + at, text },
        ]),
      ),
    );
    const shown = await textsOf(newer);
    expect(new Set(shown)).toEqual(new Set(["APPLES", "PLUM", "PEACH", ...texts.map((text) => text.toUpperCase())]));
    expect(await textsOf(older)).toEqual(shown.map((text) => text?.toLowerCase()));
    expect([news.length, olds.length]).toEqual([1, 1]);
    await older.close();
    await newer.close();
    expect(await storedBy(place)).toMatchObject({ ordinal: 46n, foldedUnder: { Notes: { version: 2 } } });
  });

  test("one with a higher version takes over what a lower one began under its eyes", async () => {
    const place = makePlace();
    const { hub: newer } = counted(second, place);
    expect(await newer.session("s")).toMatchObject({ ordinal: 0n });
    const older = first.hub(place);
    await write(older, first);
    await older.close();
    expect(await textsOf(newer)).toEqual(["APPLES", "PLUM", "PEACH"]);
    await newer.close();
    expect(await storedBy(place)).toMatchObject({ cursor: 6n, foldedUnder: { Notes: { version: 2 } } });
  });

  test("two of one version with other schemas do not fold again in turns while both have the session", async () => {
    const place = makePlace();
    const { hub: one, refolds: ones } = counted(first, place);
    await write(one, first);
    await one.retry("s");
    const { hub: two, refolds: twos } = counted(otherSchema, place);
    expect(await kindsOf(two)).toEqual(new Set(["Note", "Letter"]));
    const [heardOne, heardTwo]: [bigint[], bigint[]] = [[], []];
    one.follow("s", ({ ordinal, isReset }) => void (isReset || heardOne.push(ordinal)));
    two.follow("s", ({ ordinal, isReset }) => void (isReset || heardTwo.push(ordinal)));
    await Promise.all([textsOf(one), textsOf(two)]);
    for (let round = 0; round < 15; round++) {
      const event = (number: number) => [{ number, text: `text ${number}` }];
      await Promise.all([
        write(one, first, "s", event(100 + 2 * round)),
        write(two, otherSchema, "s", event(101 + 2 * round)),
      ]);
    }
    expect(await textsOf(one)).toEqual(await textsOf(two));
    expect([await kindsOf(one), await kindsOf(two)]).toEqual([new Set(["Note", "Tag"]), new Set(["Note", "Letter"])]);
    expect((await textsOf(one)).length).toBe(33);
    expect([ones.length, twos.length]).toEqual([1, 1]);
    const live = Array.from({ length: 30 }, (_, at) => BigInt(at + 7));
    await expect.poll(() => [heardOne, heardTwo], { timeout: 5000 }).toEqual([live, live]);
    await one.close();
    await two.close();
    expect((await storedBy(place)).kinds).toEqual(new Set(["Note", "Letter"]));
    const store = place.open();
    expect((await readAll(store, "s")).map(({ ordinal }) => ordinal)).toEqual(
      Array.from({ length: 36 }, (_, at) => BigInt(at + 1)),
    );
    await store.close();
    // The first one, loaded anew, folds it again; and so on: once each time that another program is started.
    const { hub: back, refolds } = counted(first, place);
    expect([await kindsOf(back), refolds.length]).toEqual([new Set(["Note", "Tag"]), 1]);
    await back.close();
  });

  test("each keeps what the other has on record of features that it lacks", async () => {
    const place = makePlace();
    const both = (version: number) => program({ timelineVersion: version });
    const hub = both(1).hub(place);
    await write(hub, first);
    await hub.close();
    const store = place.open();
    const { revision = 0, epoch = "", foldedUnder } = (await store.session("s")) ?? {};
    const other = { Aside: { version: 7, hash: "x" } };
    await commit(store, { revision, epoch, cursor: 6n, foldedUnder: { ...other, ...foldedUnder } });
    const next = both(2).hub(place);
    await textsOf(next);
    await next.close();
    expect((await store.session("s"))?.foldedUnder).toEqual({
      ...other,
      Notes: { version: 2, hash: foldedUnder?.Notes?.hash },
    });
    await store.close();
  });
});
