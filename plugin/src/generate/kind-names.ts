import type { Kind } from "../model/index.js";

/** What generated code calls things of a kind. */
export interface KindNames {
  /** The runtime's type of a descriptor. */
  readonly type: string;
  /** The runtime's function that makes one. */
  readonly describe: string;
  /** The feature's list of them. */
  readonly list: string;
  /** What tells an exported name from that of another kind. */
  readonly suffix: string;
}

export const kindNames: Readonly<Record<Kind, KindNames>> = {
  command: { type: "DescCommand", describe: "command", list: "commands", suffix: "Command" },
  event: { type: "DescEvent", describe: "event", list: "events", suffix: "Event" },
  ui_event: { type: "DescUiEvent", describe: "uiEvent", list: "uiEvents", suffix: "UiEvent" },
  timeline_entity: {
    type: "DescTimelineEntity",
    describe: "timelineEntity",
    list: "timelineEntities",
    suffix: "Entity",
  },
};

/** What generated code calls events that are superseded, where that differs from other events. */
export const supersededNames = {
  type: "DescSupersededEvent",
  describe: "supersededEvent",
  list: "supersededEvents",
} as const satisfies Partial<KindNames>;
