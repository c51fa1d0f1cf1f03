import {
  createFileRegistry,
  type DescMessage,
  fromBinary,
  type JsonValue,
  type Registry,
  toJson,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { StoredDescriptor } from "@sessionstream/runtime/store";

/** Shows payloads as the schemas have them that the database keeps. */
export class Payloads {
  readonly #registries: readonly Registry[];
  readonly #found = new Map<string, readonly { readonly schema: DescMessage; readonly registry: Registry }[]>();

  constructor(descriptors: readonly StoredDescriptor[]) {
    this.#registries = descriptors
      .filter(({ descriptor }) => descriptor.length > 0)
      .map(({ descriptor }) => createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptor)));
  }

  /** The payload in protobuf JSON. Where no schema is kept that fits, `{ $base64 }`. */
  toJson(type: string, payload: Uint8Array): JsonValue {
    for (const { schema, registry } of this.#schemas(type)) {
      try {
        return toJson(schema, fromBinary(schema, payload), { registry });
      } catch {
        // Of another version.
      }
    }
    return { $base64: Buffer.from(payload).toString("base64") };
  }

  #schemas(type: string) {
    const found =
      this.#found.get(type) ??
      this.#registries.flatMap((registry) => {
        const schema = registry.getMessage(type);
        return schema === undefined ? [] : [{ schema, registry }];
      });
    this.#found.set(type, found);
    return found;
  }
}
