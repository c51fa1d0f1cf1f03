import { Hub } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { LabCounterAdded, LabTrace } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";
import { places } from "../../../../test/fixtures/stores.js";
import { watched } from "../watched.js";

test.each(places)("a range of events that is not usable is refused by %s alike", async (_name, make) => {
  const hub = new Hub({ features: [labOf()], store: make().open() });
  await hub.publish("s", LabCounterAdded, { name: "c" });
  for (const range of [
    { limit: 0 },
    { limit: -1 },
    { limit: Number.POSITIVE_INFINITY },
    { limit: 1.5 },
    { limit: Number.NaN },
    { limit: 2 ** 53 },
    { limit: 1e300 },
    { after: -1n },
    { after: 2n ** 63n },
  ]) {
    await expect(hub.events("s", range)).rejects.toMatchObject({ code: "INVALID_RANGE" });
  }
  await expect(hub.events("s", { after: 1 as unknown as bigint })).rejects.toMatchObject({ code: "INVALID_RANGE" });
  for (const limit of [Number.NaN, 1e300]) {
    await expect(hub.sessions({ limit })).rejects.toMatchObject({ code: "INVALID_RANGE" });
    await expect(hub.runs("s", { limit })).rejects.toMatchObject({ code: "INVALID_RANGE" });
  }
  expect(await hub.events("s", { after: 0n, limit: 1 })).toHaveLength(1);
  expect(await hub.events("s", { after: 2n ** 63n - 1n, limit: 2 ** 53 - 1 })).toEqual([]);
  await hub.close();
});

describe("the list of sessions", () => {
  test("has those that something was committed to, in pages", async () => {
    const { hub } = watched();
    for (const id of ["b", "a", "c"]) await hub.publish(id, LabTrace, {});
    await hub.session("only looked at");
    expect(await hub.sessions()).toEqual(["a", "b", "c"]);
    expect(await hub.sessions({ limit: 2 })).toEqual(["a", "b"]);
    expect(await hub.sessions({ after: "b" })).toEqual(["c"]);
  });

  test("refuses a page that there cannot be", async () => {
    const { hub } = watched();
    await expect(hub.sessions({ limit: 0 })).rejects.toMatchObject({ code: "INVALID_RANGE" });
    await expect(hub.sessions({ after: "" })).rejects.toMatchObject({ code: "INVALID_SESSION" });
  });
});
