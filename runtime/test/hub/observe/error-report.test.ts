import { Hub, memoryStore } from "@sessionstream/runtime";
import { describe, expect, test, vi } from "vitest";
import { LabTrace } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";
import { wrapStore } from "../../../../test/fixtures/stores.js";
import { commit } from "../../../src/testing/store/batches.js";
import { watched } from "../watched.js";

const broken = (name: string) => (event: { readonly name: string }) => {
  if (event.name === name) throw new Error("broken");
};

describe("who hears of errors", () => {
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

  test("an observer that throws never hides why an event was refused", async () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => {});
    try {
      const onError = () => {
        throw new Error("panic");
      };
      const switches = { beforeUi: broken("LabTrace") };
      const { hub } = watched({ switches, onError, onProjectionError: { ui: "fail" } });
      await expect(hub.publish("s", LabTrace, {})).rejects.toThrow("broken");
      expect(printed.mock.calls.flat().join()).toContain("broken");
    } finally {
      printed.mockRestore();
    }
  });
});

describe("each step that fails is reported under its name", () => {
  test("decode: an event of the log that cannot be read, in a retry", async () => {
    const store = memoryStore();
    const alien = {
      ordinal: 1n,
      name: "LabTrace",
      version: 1,
      type: "other.Type",
      payload: new Uint8Array(),
      time: 0,
    };
    await commit(store, { events: [alien] });
    const { hub, reports } = watched({ store });
    expect(await hub.retry("s")).toMatchObject({ ordinal: 1n, cursor: 0n });
    expect(reports).toMatchObject([{ step: "decode", sessionId: "s", ordinal: 1n, name: "LabTrace" }]);
    expect(await hub.errors("s")).toMatchObject([{ step: "decode", ordinal: 1n, name: "LabTrace" }]);
  });

  test("order: an event that finds no place in the order", async () => {
    const conflict = Object.assign(new Error("taken"), { name: "SessionstreamError", code: "ORDINAL_CONFLICT" });
    const store = wrapStore(memoryStore(), { commit: async (batches) => batches.map(() => conflict) });
    const { hub, reports } = watched({ store });
    await expect(hub.publish("s", LabTrace, {})).rejects.toBe(conflict);
    expect(reports).toMatchObject([{ step: "order", sessionId: "s", ordinal: 1n, name: "LabTrace" }]);
  });

  test("ui-projection", async () => {
    const { hub, reports } = watched({ switches: { beforeUi: broken("LabTrace") } });
    await hub.publish("s", LabTrace, {});
    expect(reports).toMatchObject([{ step: "ui-projection", ordinal: 1n }]);
    expect(await hub.errors("s")).toMatchObject([{ step: "ui-projection", ordinal: 1n }]);
  });

  test("timeline-projection", async () => {
    const { hub, reports } = watched({ switches: { beforeTimeline: broken("LabTrace") } });
    await hub.publish("s", LabTrace, {});
    expect(reports).toMatchObject([{ step: "timeline-projection", ordinal: 1n }]);
    expect(await hub.errors("s")).toMatchObject([{ step: "timeline-projection", ordinal: 1n }]);
  });

  test("fanout", async () => {
    const { hub, reports } = watched();
    hub.subscribe(() => {
      throw new Error("gone");
    });
    await hub.publish("s", LabTrace, {});
    expect(reports).toMatchObject([{ step: "fanout", sessionId: "s", ordinal: 1n, error: { message: "gone" } }]);
  });

  test("commit: a store that fails", async () => {
    const store = wrapStore(memoryStore(), { commit: async (batches) => batches.map(() => new Error("full")) });
    const { hub, reports } = watched({ store });
    await expect(hub.publish("s", LabTrace, {})).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(reports).toMatchObject([{ step: "commit", sessionId: "s", ordinal: 1n, name: "LabTrace" }]);
  });
});
