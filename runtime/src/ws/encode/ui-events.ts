import { fromJson, type JsonObject, type JsonValue, toJson } from "@bufbuild/protobuf";
import { StructSchema } from "@bufbuild/protobuf/wkt";
import { show } from "../../base/show.js";
import { type UiEventFrameOptions, uiEventFrames } from "../../frames/index.js";
import type { SchemaRegistry } from "../../schema/registry.js";
import type { UiBatch } from "../../session/ui-batch.js";
import type { EventMeta } from "../../store/event-meta.js";
import { encodeFrame } from "./codec.js";

/** Picks what clients are told of where an event comes from. All clients that may see the session are told it. */
export type EventMetadata = (meta: EventMeta) => JsonObject | undefined;

/**
 * Encodes the UI events of a backend event, a frame for each.
 * @throws where an Any has a type that the registry lacks.
 */
export type UiEventEncoder = (batch: UiBatch) => Buffer[];

/** For clients that did not ask for metadata. */
export function plainEncoder(registry: Pick<SchemaRegistry, "protobuf">): UiEventEncoder {
  return (batch) => encode(registry, batch, {});
}

/** For clients that asked for metadata. Where the function fails, `failed` hears of that. */
export function metadataEncoder(
  registry: Pick<SchemaRegistry, "protobuf">,
  pick: EventMetadata | undefined,
  failed: (batch: UiBatch, error: unknown) => void,
): UiEventEncoder {
  const picked = (batch: UiBatch): JsonObject | undefined => {
    if (pick === undefined || batch.meta === undefined) return undefined;
    try {
      return asJson(pick(batch.meta));
    } catch (error) {
      failed(batch, error);
      return undefined;
    }
  };
  return (batch) => encode(registry, batch, { metadata: true, more: picked(batch) });
}

function encode(
  { protobuf }: Pick<SchemaRegistry, "protobuf">,
  batch: UiBatch,
  options: UiEventFrameOptions,
): Buffer[] {
  return uiEventFrames(batch, options).map((value) => encodeFrame(protobuf, { case: "uiEvent", value }));
}

/** What code without types returns may be anything. @throws where it is no JSON object. */
function asJson(returned: unknown): JsonObject | undefined {
  if (returned === undefined) return undefined;
  // Otherwise a rejected promise of a wrongly async function would end the process.
  if (returned instanceof Promise) returned.catch(() => {});
  if (returned === null || Object.getPrototypeOf(returned) !== Object.prototype) {
    throw new Error(`metadata returned ${show(returned)}, want a JSON object or undefined`);
  }
  return toJson(StructSchema, fromJson(StructSchema, returned as JsonValue)) as JsonObject;
}
