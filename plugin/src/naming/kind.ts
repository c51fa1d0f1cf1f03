/** The kinds of parts that a feature has. */
export type Kind = "command" | "event" | "ui_event" | "timeline_entity" | "run";

export const kinds: readonly Kind[] = ["command", "event", "ui_event", "timeline_entity", "run"];

/** The name of each kind in messages. */
export const kindTitles: Readonly<Record<Kind, string>> = {
  command: "command",
  event: "event",
  ui_event: "UI event",
  timeline_entity: "timeline entity",
  run: "run",
};

/** The name of a kind in messages, with its article: `an event`. */
export function aKind(kind: Kind): string {
  return kind === "event" ? `an ${kindTitles[kind]}` : `a ${kindTitles[kind]}`;
}
