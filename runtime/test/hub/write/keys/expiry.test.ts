import { Hub } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { LabTrace, LabWork } from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../../test/fixtures/lab.js";
import { places } from "../../../../../test/fixtures/stores.js";

describe.each(places)("keys on %s", (_, makePlace) => {
  test("are kept for the time that the hub says, and then the same is done again", async () => {
    const place = makePlace();
    let now = 1_000_000;
    let works = 0;
    const work = () => void works++;
    const open = () =>
      new Hub({ features: [labOf({ work })], store: place.open(), now: () => now, keepKeysFor: 60_000 });
    const first = open();
    await first.publish("s", LabTrace, {}, { key: "k" });
    await first.submit("s", LabWork, {}, { key: "c" });
    await first.close();
    now += 59_000;
    const second = open();
    expect(await second.publish("s", LabTrace, {}, { key: "k" })).toEqual({ ordinal: 1n });
    await second.submit("s", LabWork, {}, { key: "c" });
    expect(works).toBe(1);
    await second.close();
    now += 2000;
    const third = open();
    // Whatever key is used, the old ones go.
    await third.publish("t", LabTrace, {}, { key: "other" });
    await expect.poll(async () => third.publish("s", LabTrace, {}, { key: "k" })).toEqual({ ordinal: 2n });
    await third.submit("s", LabWork, {}, { key: "c" });
    expect(works).toBe(2);
    await third.close();
  });

  test("are kept for a minute at least", () => {
    expect(() => new Hub({ features: [], keepKeysFor: 59_999 })).toThrow(
      /hub option keepKeysFor: got 59999, want milliseconds from 60000/,
    );
  });
});
