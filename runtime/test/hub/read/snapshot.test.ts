import { describe, expect, test } from "vitest";
import {
  LabNote,
  LabNoteAppended,
  LabNoteDeleted,
  LabNoteSet,
  LabReading,
  LabReadingTaken,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { places } from "../../../../test/fixtures/stores.js";
import { watched } from "../watched.js";

describe("snapshot", () => {
  test.each(places)("as of an ordinal honours tombstones and the places in history, on %s", async (_, makePlace) => {
    const { hub } = watched({ store: makePlace().open() });
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
    await hub.close();
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
