import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type ErrorReport, Hub, memoryStore } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { LabTrace, LabWork } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../test/fixtures/lab.js";
import { memoryPlace, wrapStore } from "../../../test/fixtures/stores.js";
import { Gate, settles } from "./gate.js";

const closed = expect.objectContaining({ code: "CLOSED" });
const never = new Promise<void>(() => {});

function hubWith(work: LabSwitches["work"]) {
  const reports: ErrorReport[] = [];
  const place = memoryPlace();
  let closings = 0;
  const inner = place.open();
  const store = wrapStore(inner, {
    close: async () => {
      closings++;
      await inner.close();
    },
  });
  const hub = new Hub({
    store,
    features: [labOf(work && { work })],
    onError: (report) => reports.push(report),
  });
  return { hub, reports, stored: () => place.open().session("s"), closings: () => closings };
}

describe("close with abort, where the signal is ignored", () => {
  test("a handler is reported and left after the grace time, its caller is told, and the store is closed", async () => {
    const { hub, reports, closings } = hubWith(() => never);
    const submitted = hub.submit("s", LabWork, {});
    await hub.session("s");
    const before = performance.now();
    const closing = hub.close({ abort: true, grace: 40 });
    expect(await settles(closing, 5)).toBe(false);
    await expect(submitted).rejects.toEqual(closed);
    await closing;
    expect(performance.now() - before).toBeGreaterThanOrEqual(39);
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(closings()).toBe(1);
    expect(reports).toEqual([
      { step: "submit", sessionId: "s", name: "LabWork", error: expect.objectContaining({ code: "CLOSE_TIMEOUT" }) },
    ]);
    expect(String(reports[0]?.error)).toContain(
      'the handler of command "LabWork" did not end within 40 ms of being aborted',
    );
  });

  test("background work is reported and left, each by its id, and those that end in time are not", async () => {
    const goOn = new Gate();
    const late: unknown[] = [];
    const { hub, reports } = hubWith(({ background, publish }) => {
      background("good", (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())));
      background("deaf", () => never, { timeout: 3_600_000 });
      background("deaf too", async () => {
        await goOn.opened;
        late.push(await publish(LabTrace, {}).catch((error: unknown) => error));
      });
    });
    await hub.submit("s", LabWork, {});
    await hub.close({ abort: true, grace: 10 });
    goOn.open();
    await expect.poll(() => late).toEqual([closed]);
    // That it was left is all that is told of it.
    expect(reports.map(({ step, name, error }) => [step, name, (error as { code?: string }).code])).toEqual([
      ["background", "deaf", "CLOSE_TIMEOUT"],
      ["background", "deaf too", "CLOSE_TIMEOUT"],
    ]);
  });

  test("under a key, all who wait are told, and one handler is reported", async () => {
    const begun = new Gate();
    const { hub, reports } = hubWith(() => {
      begun.open();
      return never;
    });
    const waiting = [1, 2].map(() => hub.submit("s", LabWork, {}, { key: "k" }));
    const refused = Promise.all(waiting.map((each) => expect(each).rejects.toEqual(closed)));
    await begun.opened;
    await hub.close({ abort: true, grace: 10 });
    await refused;
    expect(reports.map(({ step, name }) => [step, name])).toEqual([["submit", "LabWork"]]);
  });

  test("what was admitted before is drained; what is published, decided and started later is refused", async () => {
    const goOn = new Gate();
    const later: unknown[] = [];
    const commitGoesOn = new Gate();
    const place = memoryPlace();
    const inner = place.open();
    const order: string[] = [];
    const store = wrapStore(inner, {
      commit: async (batches) => {
        await commitGoesOn.opened;
        order.push("commit");
        return inner.commit(batches);
      },
      close: async () => {
        order.push("close");
      },
    });
    const reports: ErrorReport[] = [];
    const works = async ({ publish, decide, background }: Parameters<NonNullable<LabSwitches["work"]>>[0]) => {
      background("run", async () => {
        await goOn.opened;
        await publish(LabTrace, { text: "from a run" }).catch((error: unknown) => later.push(error));
        throw new Error("of a run that was left");
      });
      void publish(LabTrace, { text: "in time" });
      await goOn.opened;
      later.push(await publish(LabTrace, { text: "late" }).catch((error: unknown) => error));
      later.push(await publish([LabTrace.of({})]).catch((error: unknown) => error));
      later.push(await decide(() => [LabTrace.of({ text: "late" })]).catch((error: unknown) => error));
      try {
        background("another", async () => {});
      } catch (thrown) {
        later.push(thrown);
      }
    };
    const hub = new Hub({ store, features: [labOf({ work: works })], onError: (report) => reports.push(report) });
    const submitted = expect(hub.submit("s", LabWork, {})).rejects.toEqual(closed);
    await hub.session("s");
    const closing = hub.close({ abort: true, grace: 10 });
    await submitted;
    // The store is still open: only the commit of the first event is waited for.
    goOn.open();
    expect(await settles(closing)).toBe(false);
    expect(later).toEqual([closed, closed, closed, closed, closed]);
    commitGoesOn.open();
    await closing;
    // The second one stores how far the timeline has come.
    expect(order).toEqual(["commit", "commit", "close"]);
    expect((await place.open().events("s")).map(({ ordinal }) => ordinal)).toEqual([1n]);
    expect(reports.map(({ step, name }) => [step, name])).toEqual([
      ["submit", "LabWork"],
      ["background", "run"],
    ]);
  });

  test("a command under a key that was left without an event is done again by the next process", async () => {
    const place = memoryPlace();
    let times = 0;
    const open = (work: LabSwitches["work"]) =>
      new Hub({ store: place.open(), features: [labOf(work && { work })], onError: () => {} });
    const goOn = new Gate();
    const first = open(async () => {
      times++;
      await goOn.opened;
    });
    const submitted = expect(first.submit("s", LabWork, {}, { key: "k" })).rejects.toEqual(closed);
    await sleep(5);
    await first.close({ abort: true, grace: 5 });
    await submitted;
    // It ends after all, too late for its key to be recorded.
    goOn.open();
    await sleep(5);
    const second = open(() => {
      times++;
    });
    await second.submit("s", LabWork, {}, { key: "k" });
    expect(times).toBe(2);
  });

  test("without abort, nothing is left; a second call with abort leaves it after its grace time", async () => {
    const { hub, reports, closings } = hubWith(() => never);
    const submitted = expect(hub.submit("s", LabWork, {})).rejects.toEqual(closed);
    await hub.session("s");
    const first = hub.close({ grace: 1 });
    await sleep(20);
    expect([closings(), reports]).toEqual([0, []]);
    // The shortest of several grace times counts.
    void hub.close({ abort: true, grace: 60_000 });
    await hub.close({ abort: true, grace: 5 });
    await Promise.all([first, submitted]);
    expect([closings(), reports.length]).toEqual([1, 1]);
    await hub.close({ abort: true });
    expect(closings()).toBe(1);
  });

  test.each([{ grace: -1 }, { grace: Number.NaN }, { grace: "5" }, { grace: 2 ** 31 }, { abort: "yes" }, 5])(
    "%j is refused, and closes nothing",
    async (wrong) => {
      const hub = new Hub({ features: [labOf()], store: memoryStore() });
      await expect(hub.close({ ...(wrong as object), ...(wrong === 5 && { abort: 5 as never }) })).rejects.toEqual(
        expect.objectContaining({ code: "INVALID_OPTION" }),
      );
      await hub.publish("s", LabTrace, {});
    },
  );

  test("the process ends by itself once the hub is closed", async () => {
    const runtime = new URL("../../dist/index.js", import.meta.url).href;
    const lab = new URL("../../../test/fixtures/gen/lab/v1/lab_sessionstream.js", import.meta.url).href;
    const script = `import { Hub } from ${JSON.stringify(runtime)};
import { lab, LabWork } from ${JSON.stringify(lab)};
const handle = ({ background }) => { background("deaf", () => new Promise(() => {}), { timeout: 3_600_000 }); return new Promise(() => {}); };
const hub = new Hub({ features: [{ desc: lab, handle }], onError: ({ step }) => console.log("left", step) });
hub.submit("s", LabWork, {}).catch(({ code }) => console.log(code));
await hub.session("s");
await new Hub({ features: [{ desc: lab }] }).close({ abort: true, grace: 3_600_000 });
await hub.close({ abort: true, grace: 20 });
await hub.close({ abort: true, grace: 3_600_000 });
console.log("closed");`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      cwd: fileURLToPath(new URL("../../..", import.meta.url)),
      stdio: ["ignore", "pipe", "inherit"],
      timeout: 15_000,
    });
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, output.trim().split("\n").sort()]).toEqual([
      0,
      ["CLOSED", "closed", "left background", "left submit"].sort(),
    ]);
  }, 20_000);
});
