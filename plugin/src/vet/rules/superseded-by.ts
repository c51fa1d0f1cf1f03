import {
  aKind,
  declaredAt,
  formatLocation,
  kinds,
  type Mark,
  retiredAt,
  type SchemaFile,
  type SchemaModel,
} from "../../model/index.js";
import { nearest } from "../../naming/nearest.js";
import type { Rule } from "./rule.js";

export const supersededBy: Rule = {
  id: "SESSIONSTREAM_SUPERSEDED_BY",
  purpose: "An event is superseded by another event of its feature, and not in a circle.",
  check(model, report) {
    for (const file of model.files) {
      for (const mark of file.marks) {
        if (mark.supersededBy === undefined) continue;
        const { name, location } = mark.supersededBy;
        if (model.names.event.get(name)?.some((declared) => declared.file === file)) {
          const circle = mark.names.map(({ text }) => circleOf(model, file, text)).find((found) => found !== undefined);
          if (circle !== undefined) report(location, describeCircle(circle, mark));
        } else {
          report(
            location,
            `superseded_by names "${name}", ${describeMiss(model, file, mark, name)}`,
            declaredAt(model, name),
          );
        }
      }
    }
  },
};

/** Why no event of the file has a name. */
function describeMiss(model: SchemaModel, file: SchemaFile, mark: Mark, name: string): string {
  const [other] = model.names.event.get(name) ?? [];
  if (other !== undefined) {
    const { feature } = other.file;
    return `which is an event of ${feature === undefined ? "another file" : `the feature ${feature.name}`} at ${formatLocation(other.name.location)}: want an event of the same feature, whose upcast makes one of the other`;
  }
  const kind = kinds.find((candidate) => model.names[candidate].has(name));
  if (kind !== undefined) {
    return `which is ${aKind(kind)} at ${declaredAt(model, name).map(formatLocation)[0]}: want an event of the same feature`;
  }
  const [retired] = retiredAt(model, name);
  if (retired !== undefined) {
    return `which is retired at ${formatLocation(retired)}: want an event of the same feature that is published today`;
  }
  const others = file.marks.filter((candidate) => candidate.kind === "event" && candidate !== mark);
  // Users often write the message's name, and the logical name may look very different.
  const ofMessage = others.find(({ message }) => message.name === name || message.typeName === name)?.names[0]?.text;
  const near =
    ofMessage ??
    nearest(
      name,
      others.flatMap(({ names }) => names.map(({ text }) => text)),
    );
  return `and no event of the feature has that name: ${near === undefined ? "want the event that took this one's place" : `did you mean "${near}"?`}`;
}

/** The circle of superseded events that begins and ends at a name. Undefined if the name is in no circle. */
function circleOf(model: SchemaModel, file: SchemaFile, name: string): readonly string[] | undefined {
  const circle = [name];
  for (let at = successorOf(model, file, name); at !== undefined; at = successorOf(model, file, at)) {
    if (at === name) return circle;
    // The circle does not contain the name. It is reported at the events in it.
    if (circle.includes(at)) return undefined;
    circle.push(at);
  }
  return undefined;
}

function successorOf({ names }: SchemaModel, file: SchemaFile, name: string): string | undefined {
  return names.event.get(name)?.find((declared) => declared.file === file)?.mark.supersededBy?.name;
}

function describeCircle(circle: readonly string[], { names }: Mark): string {
  const [first = ""] = circle;
  if (circle.length === 1) {
    if (names.length > 1) {
      return `event "${first}" is superseded by itself, since superseded_by is for all names of the message: declare them by bind from another file to part them`;
    }
    return `event "${first}" is superseded by itself: name the event that took its place, or raise version where the event stays and its meaning changed`;
  }
  const path = [...circle, first].map((name) => `"${name}"`).join(" by ");
  return `events are superseded in a circle, ${path}: remove superseded_by from the one that is published today`;
}
