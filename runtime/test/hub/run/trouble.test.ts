import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { LabNoteAppended, LabNoteSet, LabSweep } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { places } from "../../../../test/fixtures/stores.js";
import { within } from "../../../../test/fixtures/until.js";
import { ended, runHub, texts } from "./run-hub.js";

describe.each(places)("the id of a run that has ended, in %s", (_name, makePlace) => {
  test("starts no other, also where there is no room to begin one", async () => {
    const { hub, reports } = runHub(
      {
        sweep: {
          async run({ id, start, waitForRun, publish }) {
            if (id === "child") return;
            await start(LabSweep, {}, { id: "child" });
            await publish(LabNoteSet, { number: 1, text: (await waitForRun("child")).status });
          },
          ended: (_view, { id, outcome }) => [LabNoteAppended.of({ number: 2, text: ` ${id} ${outcome.status}` })],
        },
      },
      { place: makePlace(), runs: { atOnce: 1 } },
    );
    await hub.start("s", LabSweep, {}, { id: "child" });
    await ended(hub, "child");
    await hub.start("s", LabSweep, {}, { id: "parent" });
    expect(await within(3000, "the parent has ended", ended(hub, "parent"))).toBe("completed");
    expect((await hub.session("s")).runs).toEqual([]);
    await Promise.all([hub.start("s", LabSweep, {}, { id: "child" }), hub.cancelRun("s", "child")]);
    expect(await hub.cancelRun("s", "child")).toBe(false);
    expect((await hub.runs("s")).map(({ id, state }) => `${id} ${state}`)).toEqual([
      "child completed",
      "parent completed",
    ]);
    expect(await texts(hub)).toEqual([" child completed parent completed", "completed"]);
    expect(reports).toEqual([]);
    await hub.close();
  });

  test("starts no other in the same commit, nor while it ends", async () => {
    const ends: string[] = [];
    let begun = 0;
    const { hub } = runHub(
      {
        sweep: {
          run: ({ signal }) => {
            begun++;
            return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
          },
          ended: (_view, { id }) => {
            ends.push(id);
            return [LabNoteAppended.of({ number: 2, text: id })];
          },
        },
      },
      { place: makePlace() },
    );
    await hub.start("s", LabSweep, {}, { id: "warm" });
    const start = () => hub.start("s", LabSweep, {}, { id: "r" });
    await Promise.all([start(), hub.cancelRun("s", "r"), start(), hub.cancelRun("s", "r"), start()]);
    await start();
    await sleep(20);
    expect((await hub.runs("s")).map(({ id, state }) => `${id} ${state}`)).toEqual(["warm running", "r cancelled"]);
    expect((await hub.session("s")).runs.map(({ id }) => id)).toEqual(["warm"]);
    expect(await texts(hub)).toEqual(["r"]);
    expect(begun).toBeLessThan(3);
    await hub.close({ grace: 0 });
  });

  test("starts no other where two hubs start and cancel it again and again", async () => {
    const place = makePlace();
    const runs = {
      sweep: {
        run: () => sleep(1),
        ended: (_view: unknown, { id }: { id: string }) => [LabNoteAppended.of({ number: 1, text: `${id};` })],
      },
    };
    const hubs = [runHub(runs, { place }).hub, runHub(runs, { place }).hub];
    const ids = Array.from({ length: 20 }, (_, index) => `r${index}`);
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        ids.flatMap((id) =>
          hubs.flatMap((hub) => [hub.start("s", LabSweep, {}, { id }), hub.cancelRun("s", id).catch(() => {})]),
        ),
      );
    }
    for (const id of ids) await ended(hubs[0] as never, id);
    const [text = ""] = await texts(hubs[0] as never);
    expect(text.split(";").slice(0, -1).sort()).toEqual(ids.toSorted());
    for (const hub of hubs) expect((await hub.session("s")).runs).toEqual([]);
    for (const hub of hubs) await hub.close();
  });
});
