import { type ErrorReport, Hub, type HubOptions, type UiBatch } from "@sessionstream/runtime";
import { type LabSwitches, labOf } from "../../../test/fixtures/lab.js";

/** A hub with the feature Lab, and what it tells. */
export function watched(options: Omit<HubOptions, "features"> & { switches?: LabSwitches } = {}) {
  const reports: ErrorReport[] = [];
  const fanned: UiBatch[] = [];
  const { switches, ...rest } = options;
  const hub = new Hub({ features: [labOf(switches)], onError: (report) => reports.push(report), ...rest });
  hub.subscribe((batch) => fanned.push(batch));
  return { hub, reports, fanned };
}
