import { ignore } from "@sessionstream/runtime";
import {
  type LabHandlers,
  type LabRuns,
  type LabTimelineProjection,
  type LabUiProjection,
  labFeature,
} from "../../fixtures/gen/lab/v1/lab_sessionstream.js";

declare const handlers: LabHandlers;
declare const ui: LabUiProjection;
declare const timeline: LabTimelineProjection;

export const measure: LabRuns["measure"] = { run: () => {}, ended: ignore };

// error: 2741 Property 'sweep' is missing
export const runs: LabRuns = { measure };

// error: 2741 Property 'ended' is missing
export const withoutEnd: LabRuns["sweep"] = { run: () => {} };

// error: 2741 Property 'run' is missing
export const withoutWork: LabRuns["sweep"] = { ended: ignore };

// error: 2740 'Promise<never[]>'
export const withLateEnd: LabRuns["sweep"] = { run: () => {}, ended: async () => [] };

// error: 2741 Property 'runs' is missing
export const feature = labFeature({ handlers, ui, timeline });
