import { describe, expect, test } from "vitest";
import { LabCounterAdded, LabTrace } from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { places } from "../../../../../test/fixtures/stores.js";
import { hubOf } from "../lab-hub.js";

describe.each(places)("what another process did since this one last looked, on %s", (_, makePlace) => {
  /** Two hubs of which the second has the session in memory. */
  async function hubs() {
    const place = makePlace();
    const switches: { isBroken: boolean } = { isBroken: false };
    const beforeTimeline = () => {
      if (switches.isBroken) throw new Error("broken");
    };
    const a = hubOf(() => {}, place.open(), { beforeTimeline }).hub;
    const b = hubOf(() => {}, place.open(), { beforeTimeline }).hub;
    expect(await b.session("s")).toMatchObject({ ordinal: 0n });
    return { a, b, switches, close: () => Promise.all([a.close(), b.close()]) };
  }

  test("is in the status", async () => {
    const { a, b, close } = await hubs();
    await a.publish("s", LabTrace, {});
    expect(await b.session("s")).toMatchObject({ ordinal: 1n, cursor: 1n });
    await close();
  });

  test("is retried, where a projection failed", async () => {
    const { a, b, switches, close } = await hubs();
    switches.isBroken = true;
    await a.publish("s", LabCounterAdded, { name: "a", amount: 1n });
    switches.isBroken = false;
    expect(await b.retry("s")).toMatchObject({ ordinal: 1n, cursor: 1n, stop: undefined });
    expect((await a.snapshot("s")).ordinal).toBe(1n);
    await close();
  });

  test("is rebuilt, though the session was new then", async () => {
    const { a, b, switches, close } = await hubs();
    switches.isBroken = true;
    await a.publish("s", LabCounterAdded, { name: "a", amount: 1n });
    switches.isBroken = false;
    expect(await b.rebuild("s")).toMatchObject({ ordinal: 1n, cursor: 1n, stop: undefined });
    expect((await a.snapshot("s")).ordinal).toBe(1n);
    await close();
  });
});
