import { type ErrorReport, Hub, type UiBatch } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { LabTrace } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";
import { watched } from "../watched.js";

describe("fan-out", () => {
  test("a fan-out that throws harms neither the publisher nor the next fan-out", async () => {
    const reports: ErrorReport[] = [];
    const hub = new Hub({ features: [labOf()], onError: (report) => reports.push(report) });
    hub.subscribe(() => {
      throw Object.create(null);
    });
    const fanned: UiBatch[] = [];
    hub.subscribe((batch) => fanned.push(batch));
    expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 1n });
    expect(fanned).toMatchObject([{ sessionId: "s", ordinal: 1n, events: [{ name: "LabTold" }] }]);
    expect(reports).toMatchObject([{ step: "fanout", sessionId: "s", ordinal: 1n }]);
  });

  test("a fan-out whose promise rejects is reported, and ends nothing", async () => {
    const { hub, reports } = watched();
    hub.subscribe(async () => {
      throw new Error("async");
    });
    await hub.publish("s", LabTrace, {});
    await expect.poll(() => reports).toMatchObject([{ step: "fanout", ordinal: 1n, error: { message: "async" } }]);
  });

  test("a subscription that ended is told nothing more", async () => {
    const { hub } = watched();
    const fanned: UiBatch[] = [];
    const end = hub.subscribe((batch) => fanned.push(batch));
    await hub.publish("s", LabTrace, {});
    end();
    await hub.publish("s", LabTrace, {});
    expect(fanned.map(({ ordinal }) => ordinal)).toEqual([1n]);
  });

  test("a fan-out may publish", async () => {
    const { hub } = watched();
    let echo: Promise<unknown> | undefined;
    hub.subscribe(({ ordinal }) => {
      if (ordinal === 1n) echo = hub.publish("s", LabTrace, { text: "echo" });
    });
    await hub.publish("s", LabTrace, {});
    expect(await echo).toEqual({ ordinal: 2n });
  });

  test("nothing is cloned: every fan-out gets the payload itself", async () => {
    const { hub } = watched();
    const payloads: unknown[] = [];
    for (let i = 0; i < 2; i++) hub.subscribe(({ events }) => payloads.push(events[0]?.payload));
    await hub.publish("s", LabTrace, {});
    expect(payloads).toHaveLength(2);
    expect(payloads[0]).toBe(payloads[1]);
  });
});
