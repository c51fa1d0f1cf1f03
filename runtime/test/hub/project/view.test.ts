import { type Feature, Hub } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { LabCounterAdded, LabNote, LabNoteSet } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";
import { places } from "../../../../test/fixtures/stores.js";

test.each(places)(
  "a projection sees the timeline before its event, also what was stored before, on %s",
  async (_, makePlace) => {
    const place = makePlace();
    const seen: unknown[] = [];
    const lab = labOf();
    const timeline: Feature["timeline"] = (projected, view) => {
      seen.push([view.get(LabNote, 1)?.text, view.list(LabNote).length]);
      return lab.timeline?.(projected, view) ?? [];
    };
    // Two hubs in turn: the view of the second begins with what the store has.
    for (const text of ["first", "second"]) {
      const hub = new Hub({ features: [{ ...lab, timeline }], store: place.open() });
      await hub.publish("s", LabNoteSet, { number: 1, text });
      await hub.publish("s", LabNoteSet, { number: 2, text });
      await hub.close();
    }
    expect(seen).toEqual([
      [undefined, 0],
      ["first", 1],
      ["first", 2],
      ["second", 2],
    ]);
  },
);

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
