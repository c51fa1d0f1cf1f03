import type { Printable } from "../protoplugin.js";
import { methodDoc } from "./doc-comments.js";
import type { FeatureCode, OldEventPart } from "./feature-code.js";
import type { SourceWriter } from "./source-writer.js";
import { switchOverNames } from "./switch.js";

/**
 * Writes the interface of the upcasts, one method an event that was
 * published differently, and the switch that calls it.
 */
export function writeUpcasts(out: SourceWriter, { name, exports, oldEvents }: FeatureCode): void {
  if (oldEvents.length === 0) return;
  const oldEvent = out.runtimeType("OldEvent");
  out.type(
    `An event of the feature ${name} as it was published, before it is upcast.`,
    exports.oldEvent,
    oldEvents.map((event) => [oldEvent, `<typeof ${event.export}>`]),
  );
  const upcaster = out.runtimeType("Upcaster");
  out.interface(
    `Turns events of the feature ${name} that were published differently into those of today.`,
    exports.upcasts,
    oldEvents.map((event) => ({
      doc: methodDoc(event.mark.message, whatToDo(event)),
      name: event.method,
      type: [upcaster, "<", upcasterTypes(event), ">"],
    })),
  );
  out.function(
    "Calls the upcast's method for an event.",
    exports.upcast,
    [
      ["upcasts", exports.upcasts],
      ["event", exports.oldEvent],
    ],
    payloads(out, oldEvents),
    switchOverNames(out, oldEvents, { subject: "event", receiver: "upcasts", args: "event" }),
  );
}

function whatToDo({ mark, successor }: OldEventPart): string {
  const { version } = successor.mark;
  if (mark.supersededBy === undefined) return `Turns one of an older version into version ${version}.`;
  return `Turns it into ${version === 1 ? "" : `version ${version} of `}${successor.name}.`;
}

function upcasterTypes({ mark, export: exported, successor }: OldEventPart): string {
  return mark.supersededBy === undefined ? `typeof ${exported}` : `typeof ${exported}, typeof ${successor.export}`;
}

/** The type of what the methods return: the payload of any of the events that they turn others into. */
function payloads(out: SourceWriter, oldEvents: readonly OldEventPart[]): Printable {
  const payloadInit = out.runtimeType("PayloadInit");
  const messages = new Set(oldEvents.map(({ successor }) => successor.mark.message));
  return [...messages].map((message, index) => [
    index === 0 ? "" : " | ",
    payloadInit,
    "<",
    out.schemaType(message),
    ">",
  ]);
}
