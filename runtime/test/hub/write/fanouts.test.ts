import { type ErrorReport, Hub, type UiBatch } from "@sessionstream/runtime";
import { describe, expect, test, vi } from "vitest";
import { LabTrace } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";
import { watched } from "../watched.js";

describe("fan-out and observers", () => {
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

  test("an observer that throws or rejects never hides the error that it was told", async () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => {});
    try {
      for (const onError of [
        () => {
          throw new Error("observer");
        },
        async () => {
          throw new Error("observer");
        },
      ]) {
        printed.mockClear();
        const hub = new Hub({ features: [labOf()], onError });
        hub.subscribe(() => {
          throw new Error("told");
        });
        await hub.publish("s", LabTrace, {});
        await expect.poll(() => printed.mock.calls.flat().join()).toContain("told");
        expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 2n });
      }
    } finally {
      printed.mockRestore();
    }
  });

  test("without an observer an error of any shape is printed", async () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => {});
    try {
      const hub = new Hub({ features: [labOf()] });
      hub.subscribe(() => {
        throw Object.create(null);
      });
      await hub.publish("s", LabTrace, {});
      expect(printed.mock.calls.flat().join()).toContain('fanout at ordinal 1 in session "s"');
      expect(await hub.publish("s", LabTrace, {})).toEqual({ ordinal: 2n });
    } finally {
      printed.mockRestore();
    }
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
});
