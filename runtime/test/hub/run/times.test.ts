import { describe, expect, test, vi } from "vitest";
import { LabNote, LabNoteSet, LabSweep } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { places } from "../../../../test/fixtures/stores.js";
import { ended, runHub } from "./run-hub.js";

/** Timers fire at once for what is further away than this, in milliseconds. */
const longestTimer = 2 ** 31;

/** What the program is warned of, such as a timer that is set too far ahead. */
function warnings() {
  const told: string[] = [];
  const hear = ({ name }: Error) => void told.push(name);
  process.on("warning", hear);
  return { told, end: () => process.off("warning", hear) };
}

describe.each(places)("times that are further away than a timer can wait, in %s", (_name, makePlace) => {
  test("are waited for, by a clock that comes to them", async () => {
    let now = 1_000;
    const { told, end } = warnings();
    const woken: string[] = [];
    const far = now + longestTimer + 5;
    const { hub } = runHub(
      {
        sweep: {
          async run({ input: { task }, sleepUntil, waitFor }) {
            if (task === "sleeps") await sleepUntil(far);
            if (task === "waits") woken.push(String(await waitFor(LabNote, 1, () => true, { until: far })));
            woken.push(task);
          },
        },
      },
      { place: makePlace(), now: () => now },
    );
    await hub.start("s", LabSweep, { task: "sleeps" }, { id: "sleeps" });
    await hub.start("s", LabSweep, { task: "waits" }, { id: "waits" });
    await hub.start("s", LabSweep, { task: "later" }, { id: "later", at: far });
    const states = async () => (await hub.runs("s")).map(({ state }) => state);
    await vi.waitFor(async () => expect(await states()).toEqual(["waiting", "waiting", "queued"]));
    now = far - 1;
    // Longer than the hub looks at its clock again.
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect([await states(), woken]).toEqual([["waiting", "waiting", "queued"], []]);
    now = far;
    for (const id of ["sleeps", "waits", "later"]) expect(await ended(hub, id)).toBe("completed");
    expect(woken.sort()).toEqual(["later", "sleeps", "undefined", "waits"]);
    await hub.close();
    end();
    expect(told).toEqual([]);
  });

  test("are stored up to the last that there is", async () => {
    const { hub } = runHub({ sweep: {} }, { place: makePlace() });
    await hub.start("s", LabSweep, {}, { id: "last", at: 8.64e15 });
    expect(await hub.runs("s")).toMatchObject([{ state: "queued", at: 8.64e15 }]);
    await hub.close();
  });
});

test.each([Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY, 8.64e15 + 2, 1e300, "5", null, undefined])(
  "a run that sleeps until %j is told so",
  async (time) => {
    const { hub } = runHub({ sweep: { run: ({ sleepUntil }) => sleepUntil(time as number) } });
    await hub.start("s", LabSweep, {}, { id: "r" });
    expect(await ended(hub, "r")).toBe("failed");
    expect((await hub.runs("s"))[0]?.outcome).toMatchObject({
      code: "INVALID_OPTION",
      message: expect.stringMatching(/^sleepUntil option time: got .*, want a time in whole milliseconds since/),
    });
    await hub.close();
  },
);

test.each([Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY, 1e300, "5"])(
  "a run that waits until %j for an entity is told so",
  async (until) => {
    const run = {
      sweep: {
        run: ({ waitFor }: never) =>
          (waitFor as (...args: unknown[]) => Promise<void>)(LabNote, 1, () => true, { until }),
      },
    };
    const { hub } = runHub(run as never);
    await hub.publish("s", [LabNoteSet.of({ number: 2 }), LabSweep.start({}, { id: "r" })]);
    expect(await ended(hub, "r")).toBe("failed");
    expect((await hub.runs("s"))[0]?.outcome).toMatchObject({ code: "INVALID_OPTION" });
    await hub.close();
  },
);
