import { fromBinary } from "@bufbuild/protobuf";
import type { StoredEvent } from "@sessionstream/runtime/store";
import {
  LineWrittenEventSchema,
  StepAskedEventSchema,
  StepPausedEventSchema,
  StepRemovedEventSchema,
} from "../fixtures/gen/console/v1/console_pb.js";

// The console, folded a second time and plainly: nothing here uses the runtime.

interface Step {
  state: string;
  by: string;
  lines: string;
}

/**
 * What follows from a log: the steps in their order, less what was skipped, and what is shown of each event, as
 * text.
 */
export function foldConsole(
  log: readonly StoredEvent[],
  skipped: ReadonlySet<bigint> = new Set(),
): { steps: string[]; shown: ReadonlyMap<bigint, string> } {
  const steps = new Map<string, Step>();
  const shown = new Map<bigint, string>();
  const stepOf = (id: string) => steps.get(id) ?? { state: "", by: "", lines: "" };
  for (const { ordinal, name, payload } of log) {
    switch (name) {
      case "ConsoleStepAsked": {
        const { stepId, by } = fromBinary(StepAskedEventSchema, payload);
        steps.set(stepId, { ...stepOf(stepId), state: "open", by });
        shown.set(ordinal, `ConsoleStepShown ${stepId} open ${by} `);
        break;
      }
      case "ConsoleLineWritten": {
        const { stepId, line } = fromBinary(LineWrittenEventSchema, payload);
        const step = stepOf(stepId);
        if (!skipped.has(ordinal)) steps.set(stepId, { ...step, lines: step.lines + line });
        shown.set(ordinal, `ConsoleLineShown ${stepId}   ${line}`);
        break;
      }
      case "ConsoleStepRemoved": {
        const { stepId } = fromBinary(StepRemovedEventSchema, payload);
        steps.delete(stepId);
        shown.set(ordinal, `ConsoleStepGone ${stepId}   `);
        break;
      }
      case "ConsoleStepPaused": {
        const { stepId } = fromBinary(StepPausedEventSchema, payload);
        steps.set(stepId, { ...stepOf(stepId), state: "paused" });
        // Who asked for it is read from the timeline, which may stand still.
        shown.set(ordinal, `ConsoleStepShown ${stepId} paused`);
        break;
      }
      default:
        throw new Error(`the log has an event "${name}" that nobody can have published`);
    }
  }
  return { steps: [...steps].map(([id, { state, by, lines }]) => `${id} ${state} ${by} ${lines}`), shown };
}
