import { Hub } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { LabCounter, LabCounterAdded, LabTrace } from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../../test/fixtures/lab.js";
import { type Place, places } from "../../../../../test/fixtures/stores.js";
import { commit, errorAt } from "../../../../src/testing/store/batches.js";

const add = { name: "c", amount: 1n };
const advance = { timeline: "advance" } as const;

describe.each(places)("a failure on record, on %s", (_, makePlace) => {
  /** A hub whose projections fail while `broken` has the ordinal of an event. */
  function hubOn(place: Place, policy: NonNullable<ConstructorParameters<typeof Hub>[0]["onProjectionError"]> = {}) {
    const broken = new Set<bigint>();
    const brokenUi = new Set<bigint>();
    const fail = (which: Set<bigint>) => (event: { readonly ordinal: bigint }) => {
      if (which.has(event.ordinal)) throw new Error("broken");
    };
    const switches: LabSwitches = { beforeTimeline: fail(broken), beforeUi: fail(brokenUi) };
    const hub = new Hub({
      features: [labOf(switches)],
      store: place.open(),
      onError: () => {},
      onProjectionError: policy,
    });
    const onRecord = async () => (await hub.errors("s")).map(({ step, ordinal }) => `${ordinal} ${step}`);
    const total = async () => (await hub.snapshot("s")).get(LabCounter, "c")?.total;
    return { hub, broken, brokenUi, onRecord, total };
  }

  test("is gone with a retry that folds its event, while those of other events stay", async () => {
    const { hub, broken, brokenUi, onRecord, total } = hubOn(makePlace());
    for (const ordinal of [2n, 4n]) broken.add(ordinal);
    brokenUi.add(1n);
    for (let count = 0; count < 4; count++) await hub.publish("s", LabCounterAdded, add);
    expect(await onRecord()).toEqual(["1 ui-projection", "2 timeline-projection"]);
    broken.delete(2n);
    expect(await hub.retry("s")).toMatchObject({ cursor: 3n });
    expect(await onRecord()).toEqual(["1 ui-projection", "4 timeline-projection"]);
    broken.clear();
    expect(await hub.retry("s")).toMatchObject({ cursor: 4n });
    expect([await onRecord(), await total()]).toEqual([["1 ui-projection"], 4n]);
    await hub.close();
  });

  test("is gone with a rebuild that folds the event which was skipped, in each process and after a restart", async () => {
    const place = makePlace();
    const { hub, broken, brokenUi, onRecord, total } = hubOn(place, advance);
    const other = hubOn(place, advance);
    for (const ordinal of [2n, 3n]) broken.add(ordinal);
    brokenUi.add(4n);
    for (let count = 0; count < 4; count++) await hub.publish("s", LabCounterAdded, add);
    expect([await total(), await other.total()]).toEqual([2n, 2n]);
    broken.delete(2n);
    await hub.rebuild("s");
    expect([await onRecord(), await total(), await other.total()]).toEqual([["3 timeline-projection"], 3n, 3n]);
    broken.clear();
    await other.hub.rebuild("s");
    expect([await onRecord(), await total(), await other.total()]).toEqual([[], 4n, 4n]);
    await Promise.all([hub.close(), other.hub.close()]);
    const restarted = hubOn(place, advance);
    await restarted.hub.publish("s", LabCounterAdded, add);
    expect([await restarted.onRecord(), await restarted.total()]).toEqual([[], 5n]);
    await restarted.hub.close();
  });

  test("stays with a retry or rebuild that fails again, with the last reason", async () => {
    const { hub, broken, onRecord } = hubOn(makePlace());
    broken.add(1n);
    await hub.publish("s", LabCounterAdded, add);
    await hub.retry("s");
    await expect(hub.rebuild("s")).rejects.toMatchObject({ code: "PROJECTION_FAILED" });
    expect(await onRecord()).toEqual(["1 timeline-projection"]);
    broken.clear();
    await hub.rebuild("s");
    expect([await onRecord(), (await hub.session("s")).stop]).toEqual([[], undefined]);
    await hub.close();
  });

  test("is gone once a process stores what it folded and another one failed on", async () => {
    const place = makePlace();
    const { hub, onRecord, total } = hubOn(place);
    await hub.publish("s", LabTrace, {});
    await hub.retry("s");
    await hub.publish("s", LabCounterAdded, add);
    const store = place.open();
    const { revision, epoch } = (await store.session("s")) ?? { revision: 0, epoch: "" };
    await commit(store, { revision, epoch, cursor: 1n, failedAt: 2n, errors: [errorAt(2n), errorAt(1n)] });
    expect(await onRecord()).toEqual(["1 timeline-projection", "2 timeline-projection"]);
    await hub.retry("s");
    expect([await onRecord(), await total()]).toEqual([["1 timeline-projection"], 1n]);
    expect(await store.session("s")).toMatchObject({ cursor: 2n, failedAt: undefined });
    await Promise.all([hub.close(), store.close()]);
  });

  test("keeps its event out of the timeline, however many there are", async () => {
    const place = makePlace();
    const { hub, broken } = hubOn(place, advance);
    const most = 1050n;
    for (let ordinal = 1n; ordinal <= most; ordinal++) broken.add(ordinal);
    await Promise.all(Array.from({ length: Number(most) + 1 }, () => hub.publish("s", LabCounterAdded, add)));
    await hub.close();
    const store = place.open();
    const { revision, epoch } = (await store.session("s")) ?? { revision: 0, epoch: "" };
    // As if no entities had been stored yet.
    await commit(store, { revision, epoch, replaceTimeline: true });
    await store.close();
    const restarted = hubOn(place, advance);
    expect(await restarted.total()).toBe(1n);
    await restarted.hub.close();
  });

  test("is found in pages", async () => {
    const { hub, broken, brokenUi } = hubOn(makePlace(), advance);
    for (let ordinal = 1n; ordinal <= 5n; ordinal++) {
      broken.add(ordinal);
      if (ordinal === 3n) brokenUi.add(ordinal);
      await hub.publish("s", LabCounterAdded, add);
    }
    const page = async (range: { after?: bigint; limit?: number }) =>
      (await hub.errors("s", range)).map(({ ordinal }) => ordinal);
    expect(await page({ limit: 3 })).toEqual([1n, 2n, 3n, 3n]);
    expect(await page({ after: 3n, limit: 3 })).toEqual([4n, 5n]);
    await expect(hub.errors("s", { after: -1n })).rejects.toMatchObject({ code: "INVALID_RANGE" });
    await expect(hub.errors("s", { limit: 0 })).rejects.toMatchObject({ code: "INVALID_RANGE" });
    await hub.close();
  });
});
