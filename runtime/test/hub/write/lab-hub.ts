import { type CommandContext, type DescEvent, Hub, type Store } from "@sessionstream/runtime";
import { LabWork } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../test/fixtures/lab.js";

export type Context = CommandContext<typeof LabWork, DescEvent>;

/** A hub whose command LabWork does `work`, where a UI projection that fails refuses the event. */
export function hubOf(work: (context: Context) => void | Promise<void>, store?: Store, more: LabSwitches = {}) {
  const reports: unknown[] = [];
  const hub = new Hub({
    features: [labOf({ work, ...more })],
    ...(store !== undefined && { store }),
    onError: (report) => reports.push(report),
    onProjectionError: { ui: "fail" },
  });
  return { hub, reports, work: (key?: string) => hub.submit("s", LabWork, {}, key === undefined ? {} : { key }) };
}
