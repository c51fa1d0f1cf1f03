import type { Kind } from "./kind.js";

/** The module of the runtime from which generated code imports all that it uses of it. */
export const runtimeModule = "@sessionstream/runtime/codegen";

/** What the runtime calls the parts of a kind. */
export interface RuntimeNames {
  /** The type of a descriptor. */
  readonly type: string;
  /** The function that makes one. */
  readonly describe: string;
  /** The feature's list of them. */
  readonly list: string;
}

export const runtimeNames: Readonly<Record<Kind, RuntimeNames>> = {
  command: { type: "DescCommand", describe: "command", list: "commands" },
  event: { type: "DescEvent", describe: "event", list: "events" },
  ui_event: { type: "DescUiEvent", describe: "uiEvent", list: "uiEvents" },
  timeline_entity: { type: "DescTimelineEntity", describe: "timelineEntity", list: "timelineEntities" },
};

/** What the runtime calls events that are superseded. */
export const supersededNames: RuntimeNames = {
  type: "DescSupersededEvent",
  describe: "supersededEvent",
  list: "supersededEvents",
};
