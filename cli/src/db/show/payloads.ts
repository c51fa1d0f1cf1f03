import {
  createFileRegistry,
  type DescMessage,
  fromBinary,
  type JsonValue,
  type Message,
  type Registry,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { StoredDescriptor, StoredEvent } from "@sessionstream/runtime/store";

/** A schema of a type, and of which event it is. */
interface Schema {
  readonly event: string | undefined;
  readonly schema: DescMessage;
  readonly registry: Registry;
}

/** Shows payloads as the schemas have them that the database keeps. */
export class Payloads {
  readonly #registries: readonly { readonly event: string | undefined; readonly registry: Registry }[];
  /** The events of which an early release stored the type only. */
  readonly #early: ReadonlySet<string>;
  readonly #found = new Map<string, readonly Schema[]>();

  constructor(descriptors: readonly StoredDescriptor[]) {
    this.#early = new Set(
      descriptors.filter(({ mark, descriptor }) => mark === "event" && descriptor.length === 0).map(eventKey),
    );
    this.#registries = descriptors
      .filter(({ descriptor }) => descriptor.length > 0)
      .map((each) => ({
        event: each.mark === "event" ? eventKey(each) : undefined,
        registry: createFileRegistry(fromBinary(FileDescriptorSetSchema, each.descriptor)),
      }));
  }

  /** The payload in protobuf JSON, as its event's schema has it. Where no schema is kept that fits, `{ $base64 }`. */
  ofEvent({ type, payload, ...event }: StoredEvent): JsonValue {
    const key = eventKey(event);
    const [own, others] = [true, false].map((isOwn) =>
      this.#schemas(type).filter((each) => (each.event === key) === isOwn),
    );
    return show([...(own ?? []), ...(others ?? [])], payload);
  }

  /** Whether the payload can be read by a schema of its event. An early release stored none. */
  fits({ type, payload, ...event }: StoredEvent): boolean {
    const key = eventKey(event);
    const own = this.#schemas(type).filter((each) => each.event === key);
    return own.length === 0 ? this.#early.has(key) : own.some(({ schema }) => canRead(schema, payload));
  }

  /** The same of what is not an event. */
  ofType(type: string, payload: Uint8Array): JsonValue {
    return show(this.#schemas(type), payload);
  }

  #schemas(type: string): readonly Schema[] {
    const found =
      this.#found.get(type) ??
      this.#registries.flatMap(({ event, registry }) => {
        const schema = registry.getMessage(type);
        return schema === undefined ? [] : [{ event, schema, registry }];
      });
    this.#found.set(type, found);
    return found;
  }
}

function eventKey({ name, version }: { readonly name: string; readonly version: number }): string {
  return `${version} ${name}`;
}

/** By the first schema that knows all fields, otherwise by the first that fits. */
function show(schemas: readonly Schema[], payload: Uint8Array): JsonValue {
  let shown: JsonValue | undefined;
  for (const { schema, registry } of schemas) {
    try {
      const message = fromBinary(schema, payload);
      const isWhole = knowsAll(schema, message);
      if (isWhole || shown === undefined) shown = toJson(schema, message, { registry });
      if (isWhole) break;
    } catch {
      // Of another version.
    }
  }
  return shown ?? { $base64: Buffer.from(payload).toString("base64") };
}

function canRead(schema: DescMessage, payload: Uint8Array): boolean {
  try {
    fromBinary(schema, payload);
    return true;
  } catch {
    return false;
  }
}

/** Whether no field is unknown, of those of nested messages, too. */
function knowsAll(schema: DescMessage, message: Message): boolean {
  const known = toBinary(schema, message, { writeUnknownFields: false });
  return known.length === toBinary(schema, message).length;
}
