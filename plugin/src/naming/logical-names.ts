import type { DescMessage } from "@bufbuild/protobuf";
import type { Kind } from "./kind.js";

/** The ends of message names that only say the kind. */
const messageSuffixes: Readonly<Record<Kind, readonly string[]>> = {
  command: ["Command"],
  event: ["Event"],
  ui_event: ["UiEvent", "UIEvent", "Update"],
  timeline_entity: ["Entity"],
};

/**
 * The logical name of a message for which none is written: the feature's name
 * and the message's name, less its kind's suffix. `chat.v1.Outer.InnerEvent` is
 * the event `ChatOuterInner` of the feature `Chat`.
 */
export function deriveName(feature: string, kind: Kind, message: DescMessage): string {
  const outer: string[] = [];
  for (let parent = message.parent; parent !== undefined; parent = parent.parent) outer.unshift(parent.name);
  return [feature, ...outer, withoutSuffix(kind, message.name)].join("");
}

function withoutSuffix(kind: Kind, name: string): string {
  const suffix = messageSuffixes[kind].find((candidate) => name.endsWith(candidate));
  return suffix === undefined || suffix === name ? name : name.slice(0, -suffix.length);
}
