import type { Kind } from "./kind.js";

/** The only module of the runtime that generated code imports. */
export const runtimeModule = "@sessionstream/runtime/codegen";

/** The names in the runtime for the parts of a kind. */
export interface RuntimeNames {
  /** The type of a descriptor. */
  readonly type: string;
  /** The function that makes a descriptor. */
  readonly describe: string;
  /** The feature's list of these descriptors. */
  readonly list: string;
}

export const runtimeNames: Readonly<Record<Kind, RuntimeNames>> = {
  command: { type: "DescCommand", describe: "command", list: "commands" },
  event: { type: "DescEvent", describe: "event", list: "events" },
  ui_event: { type: "DescUiEvent", describe: "uiEvent", list: "uiEvents" },
  timeline_entity: { type: "DescTimelineEntity", describe: "timelineEntity", list: "timelineEntities" },
  run: { type: "DescRun", describe: "run", list: "runs" },
};

/** The names in the runtime for superseded events. */
export const supersededNames: RuntimeNames = {
  type: "DescSupersededEvent",
  describe: "supersededEvent",
  list: "supersededEvents",
};
