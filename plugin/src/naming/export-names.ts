import { isExportable, lowerCamelCase } from "./identifiers.js";
import type { Kind } from "./kind.js";

/** The exports of a generated file, besides its descriptors. */
export interface FeatureExports {
  readonly feature: string;
  readonly register: string;
  readonly handlers: string;
  readonly commandContext: string;
  readonly handle: string;
  readonly runs: string;
  readonly runContext: string;
  readonly runEnd: string;
  readonly run: string;
  readonly endRun: string;
  readonly event: string;
  readonly uiProjection: string;
  readonly projectUi: string;
  readonly timelineProjection: string;
  readonly projectTimeline: string;
  readonly oldEvent: string;
  readonly upcasts: string;
  readonly upcast: string;
  readonly implementation: string;
  readonly implement: string;
  readonly client: string;
  readonly uiEvent: string;
  readonly clientProjection: string;
  readonly projectClient: string;
  readonly implementClient: string;
}

/** The names of the exports of a feature. They depend only on its name. */
export function featureExports(name: string): FeatureExports {
  const constant = lowerCamelCase(name);
  return {
    feature: isExportable(constant) ? constant : `${constant}$`,
    register: `register${name}`,
    handlers: `${name}Handlers`,
    commandContext: `${name}CommandContext`,
    handle: `handle${name}Command`,
    runs: `${name}Runs`,
    runContext: `${name}RunContext`,
    runEnd: `${name}RunEnd`,
    run: `run${name}`,
    endRun: `end${name}Run`,
    event: `${name}Event`,
    uiProjection: `${name}UiProjection`,
    projectUi: `project${name}Ui`,
    timelineProjection: `${name}TimelineProjection`,
    projectTimeline: `project${name}Timeline`,
    oldEvent: `${name}OldEvent`,
    upcasts: `${name}Upcasts`,
    upcast: `upcast${name}`,
    implementation: `${name}Implementation`,
    implement: `${constant}Feature`,
    client: `${name}Client`,
    uiEvent: `${name}UiEvent`,
    clientProjection: `${name}ClientProjection`,
    projectClient: `project${name}Client`,
    implementClient: `${constant}ClientFeature`,
  };
}

/** The suffixes of descriptors whose logical name alone is taken. */
const descriptorSuffixes: Readonly<Record<Kind, string>> = {
  command: "Command",
  event: "Event",
  ui_event: "UiEvent",
  timeline_entity: "Entity",
  run: "Run",
};

/** A logical name that needs a descriptor. */
export interface Wanted {
  readonly kind: Kind;
  readonly name: string;
}

/**
 * The names under which a feature exports the descriptors of its logical names, in
 * the same order. A descriptor has the logical name. It also gets the suffix of its
 * kind if several kinds share the name, or if the generated code uses the name
 * itself. The order of declarations does not matter.
 */
export function descriptorExports(feature: string, wanted: readonly Wanted[]): readonly string[] {
  const taken = new Set<string>(Object.values(featureExports(feature)));
  const uses = new Map<string, number>();
  for (const { name } of wanted) uses.set(name, (uses.get(name) ?? 0) + 1);
  const isFree = (name: string): boolean => uses.get(name) === 1 && !taken.has(name) && isExportable(name);

  const free = new Set(wanted.map(({ name }) => name).filter(isFree));
  for (const name of free) taken.add(name);
  const suffixed = new Map<Wanted, string>();
  for (const one of wanted.filter(({ name }) => !free.has(name)).sort(compareWanted)) {
    let name = one.name + descriptorSuffixes[one.kind];
    while (taken.has(name)) name += "$";
    taken.add(name);
    suffixed.set(one, name);
  }
  return wanted.map((one) => suffixed.get(one) ?? one.name);
}

function compareWanted(a: Wanted, b: Wanted): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.kind < b.kind ? -1 : 1;
}
