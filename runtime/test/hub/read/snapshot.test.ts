import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteAppended,
  LabNoteDeleted,
  LabNoteSet,
  LabReading,
  LabReadingTaken,
  LabTold,
  LabTrace,
  lab,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { watched } from "../watched.js";

describe("snapshot", () => {
  test("as of an ordinal honours tombstones and the places in history", async () => {
    const { hub } = watched();
    await hub.publish("s", LabNoteSet, { number: 1, text: "one" });
    await hub.publish("s", LabNoteAppended, { number: 1, text: "+" });
    await hub.publish("s", LabNoteDeleted, { number: 1 });
    await hub.publish("s", LabNoteSet, { number: 1, text: "anew" });
    const at = async (asOf?: bigint) => {
      const { ordinal, entities } = await hub.snapshot("s", asOf === undefined ? {} : { asOf });
      return [
        ordinal,
        ...entities.map(({ id, createdOrdinal, lastEventOrdinal, payload }) => [
          id,
          createdOrdinal,
          lastEventOrdinal,
          (payload as { text?: string }).text,
        ]),
      ];
    };
    expect(await at(0n)).toEqual([0n]);
    expect(await at(1n)).toEqual([1n, ["1", 1n, 1n, "one"]]);
    expect(await at(2n)).toEqual([2n, ["1", 1n, 2n, "one+"]]);
    expect(await at(3n)).toEqual([3n]);
    expect(await at()).toEqual([4n, ["1", 4n, 4n, "anew"]]);
    expect(await at(99n)).toEqual(await at());
  });

  test("of a session that nobody used is empty, at 0", async () => {
    const snapshot = await watched().hub.snapshot("nobody");
    expect([snapshot.ordinal, snapshot.entities, snapshot.list(LabNote)]).toEqual([0n, [], []]);
  });

  test("keeps explicit presence and prototype defaults through a spread", async () => {
    const { hub } = watched();
    await hub.publish("s", LabReadingTaken, { meter: "m" });
    await hub.publish("s", LabReadingTaken, { meter: "m", value: 3 });
    const reading = (await hub.snapshot("s")).get(LabReading, "m");
    expect(reading).toMatchObject({ value: 3, unit: "volt", times: 2 });
    expect(Object.hasOwn(reading ?? {}, "unit")).toBe(false);
  });
});

describe("client", () => {
  test("sees live UI events of its session and of one name, and the snapshot", async () => {
    const { hub } = watched();
    const client = hub.client("mine", lab);
    const seen: unknown[] = [];
    const end = client.on(LabTold, ({ name, ordinal, payload }) => seen.push([name, ordinal, payload.event]));
    await hub.publish("other", LabTrace, {});
    await hub.publish("mine", LabCounterAdded, { name: "c", amount: 2n });
    end();
    await hub.publish("mine", LabTrace, {});
    expect(seen).toEqual([["LabTold", 1n, "LabCounterAdded"]]);
    expect((await client.snapshot()).get(LabCounter, "c")?.total).toBe(2n);
  });

  test("refuses a session id that is none", () => {
    expect(() => watched().hub.client("", lab)).toThrow(expect.objectContaining({ code: "INVALID_SESSION" }));
  });
});
