import type { CommandContext, DescEvent } from "@sessionstream/runtime";
import { LabMeasure, LabTrace, type LabWork } from "../../fixtures/gen/lab/v1/lab_sessionstream.js";

export async function work({ decide, publish, start }: CommandContext<typeof LabWork, DescEvent>): Promise<void> {
  await start(LabMeasure, { task: "1" }, { id: "1", at: Date.now(), detached: true });
  await publish([LabTrace.of({ text: "1" }), LabMeasure.start({ task: "1" })]);
  // error: 2353 'tusk' does not exist in type
  await start(LabMeasure, { tusk: "1" });
  // error: 2322 Type 'number' is not assignable to type 'string'
  await publish([LabMeasure.start({ task: 1 })]);
  // error: 2322 Type 'number' is not assignable to type 'string'
  await decide(() => [LabMeasure.start({ task: "1" }, { id: 1 })]);
  // error: 2739 'DescEvent<"LabTrace"
  await start(LabTrace, { text: "1" });
}
