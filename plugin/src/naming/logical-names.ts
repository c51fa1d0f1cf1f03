import type { DescMessage } from "@bufbuild/protobuf";
import type { Kind } from "./kind.js";

/** The suffixes of message names that only say the kind. */
const messageSuffixes: Readonly<Record<Kind, readonly string[]>> = {
  command: ["Command"],
  event: ["Event"],
  ui_event: ["UiEvent", "UIEvent", "Update"],
  timeline_entity: ["Entity"],
  run: ["Run"],
};

/**
 * The logical name of a message without a written name: the feature's name plus the
 * message's name, without the suffix of its kind. `chat.v1.Outer.InnerEvent` is the
 * event `ChatOuterInner` of the feature `Chat`.
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
