import { createFileRegistry, type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { fnv1a } from "../base/fnv.js";
import type { StoredDescriptor, StoredMark } from "../store/stored.js";

/** Something that has a payload. */
export interface Payload {
  readonly name: string;
  readonly version: number;
  readonly type: string;
  readonly payload: Uint8Array;
}

/** Checks payloads against the schemas that came with them. */
export class PayloadCheck {
  readonly #described = new Map<string, StoredDescriptor[]>();
  /** Undefined where the schema of a name is not known, as with what old releases stored. */
  readonly #schemas = new Map<StoredDescriptor, DescMessage | undefined>();

  /** @throws an Error where the descriptor is damaged, or has not the type that it says. */
  add(descriptor: StoredDescriptor): void {
    const { mark, name, version, type, hash, descriptor: bytes } = descriptor;
    if (bytes.length === 0) this.#schemas.set(descriptor, undefined);
    else {
      if (fnv1a(bytes) !== hash) throw new Error(`the descriptor of ${mark} "${name}" is not what its hash says`);
      const schema = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes)).getMessage(type);
      if (schema === undefined) throw new Error(`the descriptor of ${mark} "${name}" has no message ${type}`);
      this.#schemas.set(descriptor, schema);
    }
    const key = keyOf(mark, name, version);
    const described = this.#described.get(key);
    if (described === undefined) this.#described.set(key, [descriptor]);
    else described.push(descriptor);
  }

  /**
   * The descriptors of a payload, of which one fits at least.
   * @throws an Error that says why none does.
   */
  check(mark: StoredMark, { name, version, type, payload }: Payload): readonly StoredDescriptor[] {
    const described = this.#described.get(keyOf(mark, name, version)) ?? [];
    const ofType = described.filter((each) => each.type === type);
    if (ofType.length === 0) {
      const known = described.map((each) => each.type).join(", ");
      const why = described.length === 0 ? "the export does not describe it" : `the export describes it as ${known}`;
      throw new Error(`${mark} "${name}" of version ${version} with a payload of type ${type}: ${why}`);
    }
    let failure: unknown;
    for (const each of ofType) {
      const schema = this.#schemas.get(each);
      if (schema === undefined) return ofType;
      try {
        fromBinary(schema, payload);
        return ofType;
      } catch (thrown) {
        failure = thrown;
      }
    }
    throw failure;
  }

  /** All of a kind. */
  ofMark(mark: StoredMark): readonly StoredDescriptor[] {
    return [...this.#schemas.keys()].filter((each) => each.mark === mark);
  }
}

function keyOf(mark: StoredMark, name: string, version: number): string {
  return `${mark} ${name} ${version}`;
}
