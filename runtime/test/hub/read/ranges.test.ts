import { Hub } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { LabCounterAdded } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";
import { places } from "../../../../test/fixtures/stores.js";

test.each(places)("a range of events that is not usable is refused by %s alike", async (_name, make) => {
  const hub = new Hub({ features: [labOf()], store: make().open() });
  await hub.publish("s", LabCounterAdded, { name: "c" });
  for (const range of [
    { limit: 0 },
    { limit: -1 },
    { limit: Number.POSITIVE_INFINITY },
    { limit: 1.5 },
    { after: -1n },
  ]) {
    await expect(hub.events("s", range)).rejects.toMatchObject({ code: "INVALID_RANGE" });
  }
  await expect(hub.events("s", { after: 1 as unknown as bigint })).rejects.toMatchObject({ code: "INVALID_RANGE" });
  expect(await hub.events("s", { after: 0n, limit: 1 })).toHaveLength(1);
  await hub.close();
});

test("a projection is given reads of the timeline and nothing else", async () => {
  const views: object[] = [];
  const lab = labOf();
  const hub = new Hub({
    features: [
      {
        ...lab,
        ui: (_event, view) => {
          views.push(view);
          return [];
        },
        timeline: (_event, view) => {
          views.push(view);
          return [];
        },
      },
    ],
  });
  await hub.publish("s", LabCounterAdded, { name: "c" });
  expect(views.map((view) => Object.keys(view))).toEqual([
    ["get", "list"],
    ["get", "list"],
  ]);
  await hub.close();
});
