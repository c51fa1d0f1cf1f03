import { setTimeout as sleep } from "node:timers/promises";
import { Hub, isSessionstreamError, memoryStore } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { LabTrace, LabWork } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../test/fixtures/lab.js";
import { memoryPlace, wrapStore } from "../../../test/fixtures/stores.js";
import { Gate, settles } from "./gate.js";

const closed = expect.objectContaining({ code: "CLOSED" });

describe("close", () => {
  test("waits for handlers and runs, and for all that they published", async () => {
    const place = memoryPlace();
    const handlerGoesOn = new Gate();
    const runGoesOn = new Gate();
    const hub = new Hub({
      store: place.open(),
      features: [
        labOf({
          async work({ publish, background }) {
            background("later", async () => {
              await runGoesOn.opened;
              await publish(LabTrace, { text: "run" });
              // Not awaited, and the last thing that it does.
              publish(LabTrace, { text: "last" });
            });
            await handlerGoesOn.opened;
            await publish(LabTrace, { text: "handler" });
          },
        }),
      ],
    });
    const submitted = hub.submit("s", LabWork, {});
    await hub.session("s");
    const closing = hub.close();
    expect(await settles(closing)).toBe(false);
    handlerGoesOn.open();
    expect(await submitted).toEqual({ ordinal: 1n });
    expect(await settles(closing)).toBe(false);
    runGoesOn.open();
    await closing;
    expect((await place.open().session("s"))?.ordinal).toBe(3n);
  });

  test("waits for events that wait for their session to load", async () => {
    const place = memoryPlace();
    const hub = new Hub({
      store: place.open(),
      features: [labOf()],
      sessionMetadata: async () => {
        await sleep(5);
        return { late: true };
      },
    });
    const published = hub.publish("s", LabTrace, {});
    await hub.close();
    expect(await published).toEqual({ ordinal: 1n });
    expect(await place.open().session("s")).toMatchObject({ ordinal: 1n, metadata: { late: true } });
  });

  test("waits for events that are ordered anew after a conflict", async () => {
    const place = memoryPlace();
    const first = new Hub({ features: [labOf()], store: place.open() });
    let isClosed = false;
    const inner = place.open();
    // Like a store behind a network: it answers later, and nothing after it is closed.
    const store = wrapStore(inner, {
      load: async (id) => {
        await sleep(5);
        if (isClosed) throw new Error("used after close");
        return inner.load(id);
      },
      close: async () => {
        isClosed = true;
      },
    });
    const second = new Hub({ features: [labOf()], store });
    await second.publish("s", LabTrace, {});
    await first.publish("s", LabTrace, {});
    const published = second.publish("s", LabTrace, {});
    await second.close();
    expect(await published).toEqual({ ordinal: 3n });
  });

  test("refuses what comes after it, without making anything wait", async () => {
    let kept: ((text: string) => Promise<unknown>) | undefined;
    const hub = new Hub({
      features: [
        labOf({
          work({ publish }) {
            kept = (text) => publish(LabTrace, { text });
          },
        }),
      ],
      onError: () => {},
    });
    await hub.submit("s", LabWork, {});
    await hub.close();
    await expect(hub.submit("s", LabWork, {})).rejects.toEqual(closed);
    await expect(hub.publish("s", LabTrace, {})).rejects.toEqual(closed);
    await expect(hub.session("s")).rejects.toEqual(closed);
    await expect(hub.retry("s")).rejects.toEqual(closed);
    await expect(hub.snapshot("s")).rejects.toEqual(closed);
    await expect(kept?.("too late")).rejects.toEqual(closed);
  });

  test("with abort, aborts handlers and runs first, and takes what they still publish", async () => {
    const place = memoryPlace();
    const reasons: unknown[] = [];
    const hub = new Hub({
      store: place.open(),
      features: [
        labOf({
          async work({ publish, background, signal }) {
            background("stream", async (aborted) => {
              await new Promise((resolve) => aborted.addEventListener("abort", resolve));
              reasons.push(aborted.reason);
              await publish(LabTrace, { text: "stopped" });
            });
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
            reasons.push(signal.reason);
          },
        }),
      ],
    });
    const submitted = hub.submit("s", LabWork, {});
    await hub.session("s");
    await hub.close({ abort: true });
    await submitted;
    expect(reasons).toHaveLength(2);
    expect(reasons.every((reason) => isSessionstreamError(reason, "CLOSED"))).toBe(true);
    expect((await place.open().session("s"))?.ordinal).toBe(1n);
  });

  test("a second call can abort what the first waits for, and closes the store once", async () => {
    let closings = 0;
    const store = wrapStore(memoryStore(), {
      close: async () => {
        closings++;
      },
    });
    const hub = new Hub({
      store,
      features: [
        labOf({
          work: ({ background }) =>
            background(
              "endless",
              (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
            ),
        }),
      ],
    });
    await hub.submit("s", LabWork, {});
    const first = hub.close();
    expect(await settles(first)).toBe(false);
    await hub.close({ abort: true });
    await first;
    expect(closings).toBe(1);
  });
});
