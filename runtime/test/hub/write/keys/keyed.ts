import { Hub, type HubOptions } from "@sessionstream/runtime";
import { expect } from "vitest";
import { LabTrace } from "../../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../../test/fixtures/lab.js";
import type { Place } from "../../../../../test/fixtures/stores.js";

/** A hub whose command LabWork does `work`; it counts how often. */
export function keyedHub(place: Place, work?: LabSwitches["work"], options: Partial<HubOptions> = {}) {
  let runs = 0;
  const counted: LabSwitches["work"] = (context) => {
    runs++;
    return work?.(context);
  };
  const reports: unknown[] = [];
  const hub = new Hub({
    features: [labOf({ work: counted })],
    store: place.open(),
    onError: (report) => reports.push(report),
    ...options,
  });
  return { hub, reports, runs: () => runs };
}

/** Publishes three events, one of them without waiting for it. */
export const three: NonNullable<LabSwitches["work"]> = async ({ publish, payload: { task } }) => {
  await publish(LabTrace, { text: `${task} 1` });
  void publish(LabTrace, { text: `${task} 2` });
  await publish(LabTrace, { text: `${task} 3` });
};

/** Makes the ids of sessions, one for each test. */
export function sessionIds(): () => string {
  let count = 0;
  return () => `s${++count}`;
}

export const once = { key: "k" };
export const broken = new Error("broken");
export const reused = expect.objectContaining({ name: "SessionstreamError", code: "KEY_REUSED" });
