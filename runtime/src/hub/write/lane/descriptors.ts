import type { DescMessage } from "@bufbuild/protobuf";
import { fnv1a } from "../../../base/fnv.js";
import { descriptorSetOf } from "../../../schema/descriptor-set.js";
import type { SchemaRegistry } from "../../../schema/registry.js";
import type { BatchRun } from "../../../store/batch.js";
import type { StoredDescriptor, StoredEvent, StoredMark } from "../../../store/stored.js";

/** The schemas that the store is given with what is first stored under a name. */
export class Descriptors {
  readonly #registry: SchemaRegistry;
  /** What the store has for sure. */
  readonly #stored: Readonly<Record<StoredMark, Set<string>>> = {
    event: new Set(),
    command: new Set(),
    run: new Set(),
  };
  readonly #made = new Map<string, StoredDescriptor>();

  constructor(registry: SchemaRegistry) {
    this.#registry = registry;
  }

  /** Those of events and of the inputs of runs that the store may not have yet. */
  missing(events: readonly StoredEvent[], runs: readonly BatchRun[]): readonly StoredDescriptor[] {
    let missing: StoredDescriptor[] | undefined;
    for (const { name } of events) {
      if (this.#stored.event.has(name)) continue;
      const { schema, version } = this.#registry.event(name);
      const descriptor = this.#make("event", name, version, schema);
      if (!missing?.includes(descriptor)) missing = [...(missing ?? []), descriptor];
    }
    for (const { isStart, run } of runs) {
      if (!isStart || this.#stored.run.has(run.name)) continue;
      const descriptor = this.#make("run", run.name, 1, this.#registry.run(run.name).schema);
      if (!missing?.includes(descriptor)) missing = [...(missing ?? []), descriptor];
    }
    return missing ?? none;
  }

  /** That of a command, if the store may not have it yet. */
  ofCommand(name: string): StoredDescriptor | undefined {
    if (this.#stored.command.has(name)) return undefined;
    return this.#make("command", name, 1, this.#registry.command(name).schema);
  }

  /** The store has them now. */
  stored(descriptors: readonly StoredDescriptor[]): void {
    for (const { mark, name } of descriptors) this.#stored[mark].add(name);
  }

  #make(mark: StoredMark, name: string, version: number, schema: DescMessage): StoredDescriptor {
    const key = `${mark} ${name}`;
    let made = this.#made.get(key);
    if (made === undefined) {
      const descriptor = descriptorSetOf(schema);
      made = { mark, name, version, type: schema.typeName, hash: fnv1a(descriptor), descriptor };
      this.#made.set(key, made);
    }
    return made;
  }
}

const none: readonly StoredDescriptor[] = [];
