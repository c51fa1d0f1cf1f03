import { Hub } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { LabTrace, LabWork } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../test/fixtures/lab.js";

test.each([[""], ["k".repeat(256)], ["ü"], ["a b"], ["a\n"], [5 as unknown as string]])(
  "a key that is not usable is refused: %j",
  async (key) => {
    const invalid = { name: "SessionstreamError", code: "INVALID_KEY" };
    const hub = new Hub({ features: [labOf({ work: () => {} })] });
    await expect(hub.submit("s", LabWork, {}, { key })).rejects.toMatchObject(invalid);
    await expect(hub.publish("s", LabTrace, {}, { key })).rejects.toMatchObject(invalid);
    expect(await hub.events("s")).toEqual([]);
  },
);
