import { setTimeout as sleep } from "node:timers/promises";
import { type ErrorReport, Hub } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { LabTrace, LabWork } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../test/fixtures/lab.js";
import { Gate, settles } from "../gate.js";

function hubOf(work: LabSwitches["work"], reports: unknown[] = []): Hub {
  return new Hub({ features: [labOf(work && { work })], onError: (report) => reports.push(report) });
}

describe("background work", () => {
  test("an id that is going on is refused, and free again when it ended", async () => {
    const goesOn = new Gate();
    const hub = hubOf(({ background }) => background("one", () => goesOn.opened));
    await hub.submit("s", LabWork, {});
    await expect(hub.submit("s", LabWork, {})).rejects.toMatchObject({ code: "BACKGROUND_EXISTS" });
    expect((await hub.session("s")).background).toEqual(["one"]);
    goesOn.open();
    await hub.waitIdle("s");
    await hub.submit("s", LabWork, {});
  });

  test("an error of it is reported, an abort that it followed is not", async () => {
    const reports: unknown[] = [];
    const hub = hubOf(({ background, payload, session }) => {
      if (payload.task === "stop") return void session.abortBackground();
      background("bad", async () => {
        throw new Error("bad");
      });
      background(
        "good",
        (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      );
    }, reports);
    await hub.submit("s", LabWork, {});
    await hub.submit("s", LabWork, { task: "stop" });
    await hub.waitIdle("s");
    expect(reports).toMatchObject([{ step: "background", sessionId: "s", name: "bad", error: { message: "bad" } }]);
  });

  test("waitIdle resolves at once for a session that nobody used", async () => {
    expect(await settles(hubOf(undefined).waitIdle("nobody"))).toBe(true);
  });

  test("what takes too long is aborted, can say so, and is reported", async () => {
    const reports: ErrorReport[] = [];
    const feature = labOf({
      work: ({ background, publish }) =>
        background(
          "slow",
          async (signal) => {
            await sleep(60_000, undefined, { signal }).catch(() => {});
            await publish(LabTrace, { text: `aborted: ${signal.reason.code}` });
          },
          { timeout: 10 },
        ),
    });
    const hub = new Hub({ features: [feature], onError: (report) => reports.push(report) });
    await hub.submit("s", LabWork, {});
    await hub.waitIdle("s");
    expect((await hub.events("s")).map(({ payload }) => payload)).toMatchObject([
      { text: "aborted: BACKGROUND_TIMEOUT" },
    ]);
    expect(reports).toMatchObject([{ step: "background", name: "slow", error: { code: "BACKGROUND_TIMEOUT" } }]);
    await hub.close();
  });
});
