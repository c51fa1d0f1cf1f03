import { type ErrorReport, Hub, type HubOptions, type UiEvent } from "@sessionstream/runtime";
import { type LabSwitches, labOf } from "../fixtures/lab.js";

/** A UI event as a fan-out got it. */
export interface Told {
  readonly sessionId: string;
  readonly ordinal: bigint;
  readonly name: string;
  readonly payload: UiEvent["payload"];
}

/** A hub with the feature Lab, and what it told. */
export function hubOf(switches: LabSwitches = {}, options: Omit<HubOptions, "features"> = {}) {
  const told: Told[] = [];
  const reports: ErrorReport[] = [];
  const hub = new Hub({ features: [labOf(switches)], onError: (report) => reports.push(report), ...options });
  hub.subscribe(({ sessionId, ordinal, events }) => {
    for (const { name, payload } of events) told.push({ sessionId, ordinal, name, payload });
  });
  return { hub, told, reports };
}
