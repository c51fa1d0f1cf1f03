import type { Kind, LogicalName, Mark, SchemaFile, SchemaModel } from "../model/index.js";
import { descriptorExports, type FeatureExports, featureExports } from "../naming/export-names.js";
import { methodNames } from "../naming/method-names.js";

/** What the generator knows of a feature. */
export interface FeatureCode {
  readonly name: string;
  readonly model: SchemaModel;
  readonly file: SchemaFile;
  readonly exports: FeatureExports;
  /** All parts, in the order of their declarations. */
  readonly parts: readonly Part[];
  readonly commands: readonly MethodPart[];
  /** The events that can be published. */
  readonly events: readonly MethodPart[];
  /** The events that a log may contain in an older form, which nobody publishes any more. */
  readonly oldEvents: readonly OldEventPart[];
  readonly uiEvents: readonly MethodPart[];
  readonly runs: readonly MethodPart[];
}

/** A logical name of a kind. Each gets a descriptor. */
export interface Part {
  readonly kind: Kind;
  readonly name: string;
  /** The name of the exported descriptor. */
  readonly export: string;
  readonly mark: Mark;
}

/** A part with a method in the interfaces that users implement. */
export interface MethodPart extends Part {
  readonly method: string;
}

/** An event that an upcast turns into an event of today. */
export interface OldEventPart extends MethodPart {
  /** The same event, or the event that replaced it. */
  readonly successor: Part;
}

/** Gives names to everything that is generated for the feature of a file. */
export function featureCode(model: SchemaModel, file: SchemaFile, name: string): FeatureCode {
  const parts = [...partsOf(file).values()];
  // All events get their names together. So no method changes its name when an event is superseded.
  const events = withMethods(
    name,
    parts.filter(({ kind }) => kind === "event"),
  );
  return {
    name,
    model,
    file,
    exports: featureExports(name),
    parts,
    commands: withMethods(name, ofKind(parts, "command")),
    events: events.filter(({ mark }) => mark.supersededBy === undefined),
    oldEvents: oldEventsIn(events),
    uiEvents: withMethods(name, ofKind(parts, "ui_event")),
    runs: withMethods(name, ofKind(parts, "run")),
  };
}

const cache = new WeakMap<SchemaFile, ReadonlyMap<LogicalName, Part>>();

/** The parts of a file by their logical names, in the order of their declarations. */
export function partsOf(file: SchemaFile): ReadonlyMap<LogicalName, Part> {
  let parts = cache.get(file);
  if (parts === undefined) {
    const logicals = file.marks.flatMap((mark) => mark.names.map((logical) => ({ mark, logical })));
    const wanted = logicals.map(({ mark, logical }) => ({ kind: mark.kind, name: logical.text }));
    const exports = descriptorExports(file.feature?.name ?? "", wanted);
    parts = new Map(
      logicals.map(({ mark, logical }, index) => [
        logical,
        { kind: mark.kind, name: logical.text, export: exports[index] ?? logical.text, mark },
      ]),
    );
    cache.set(file, parts);
  }
  return parts;
}

/** The parts of one kind, without superseded events. */
export function ofKind(parts: readonly Part[], kind: Kind): readonly Part[] {
  return parts.filter((part) => part.kind === kind && part.mark.supersededBy === undefined);
}

function oldEventsIn(events: readonly MethodPart[]): readonly OldEventPart[] {
  return events.flatMap((event) => {
    const { version, supersededBy } = event.mark;
    if (supersededBy === undefined) return version > 1 ? [{ ...event, successor: event }] : [];
    const successor = events.find(({ name }) => name === supersededBy.name);
    return successor === undefined ? [] : [{ ...event, successor }];
  });
}

function withMethods(feature: string, parts: readonly Part[]): readonly MethodPart[] {
  const methods = methodNames(
    feature,
    parts.map(({ name }) => name),
  );
  return parts.map((part, index) => ({ ...part, method: methods[index] ?? part.name }));
}
