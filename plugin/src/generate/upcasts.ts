import { methodDoc } from "./doc-comments.js";
import type { FeatureCode, OldEventPart } from "./feature-code.js";
import type { Printable } from "./generated-file.js";
import type { SourceWriter } from "./source-writer.js";
import { switchOverNames } from "./switch-over-names.js";

/**
 * Writes the interface of the upcasts, and the switch that calls them. The interface
 * has a step for each older version of an event, and a method for each superseded
 * event.
 */
export function writeUpcasts(out: SourceWriter, { name, exports, oldEvents }: FeatureCode): void {
  if (oldEvents.length === 0) return;
  const oldEvent = out.runtimeType("OldEvent");
  out.type(
    `An event of the feature ${name} on its way to one of today.`,
    exports.oldEvent,
    oldEvents.map((event) => [oldEvent, `<typeof ${event.export}${versionType(event)}>`]),
  );
  out.interface(
    `Turns events of the feature ${name} that were published differently into those of today.`,
    exports.upcasts,
    oldEvents.map((event) => ({
      doc: methodDoc(event.mark.message, whatToDo(event)),
      name: event.method,
      type: isSuperseded(event)
        ? upcaster(out, `typeof ${event.export}, typeof ${event.successor.export}`)
        : steps(out, event),
    })),
  );
  out.function(
    "Calls the upcast of an event for its version.",
    exports.upcast,
    [
      ["upcasts", exports.upcasts],
      ["event", exports.oldEvent],
    ],
    payloads(out, oldEvents),
    switchOverNames(out, oldEvents.map(withStep), { subject: "event", receiver: "upcasts", args: "event" }),
  );
}

function isSuperseded({ mark }: OldEventPart): boolean {
  return mark.supersededBy !== undefined;
}

/** The versions of an event below its own. */
function olderVersions({ mark }: OldEventPart): readonly number[] {
  return Array.from({ length: mark.version - 1 }, (_, index) => index + 1);
}

/** The versions for which the method of an event is called. A superseded event has one method for all versions. */
function versionType(event: OldEventPart): string {
  return isSuperseded(event) ? "" : `, ${olderVersions(event).join(" | ")}`;
}

function whatToDo(event: OldEventPart): string {
  if (!isSuperseded(event)) return "";
  const whichever = event.mark.version > 1 ? ", of whatever version it is," : "";
  return `Turns it${whichever} into version 1 of ${event.successor.name}.`;
}

function upcaster(out: SourceWriter, types: string): Printable {
  return [out.runtimeType("Upcaster"), `<${types}>`];
}

/** The type with a member for each older version. When a version is raised, only the new step is missing. */
function steps(out: SourceWriter, event: OldEventPart): Printable {
  const members = olderVersions(event).map((version) => [
    `    /** Turns version ${version} into version ${version + 1}. */\n`,
    [`    readonly ${version}: `, upcaster(out, `typeof ${event.export}`), ";\n"],
  ]);
  return ["{\n", members, "  }"];
}

/** The event with the step for its version as its method. */
function withStep(event: OldEventPart): OldEventPart {
  return isSuperseded(event) ? event : { ...event, method: `${event.method}[event.version]` };
}

/** The type of what the methods return: the payload of any event that is a result of an upcast. */
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
