import { create, fromJson, type JsonObject, type JsonValue, toJson } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import type { ErrorContext } from "../base/errors.js";
import type { DescCommand } from "../schema/command.js";
import type { SchemaRegistry } from "../schema/registry.js";
import type { RejectedError } from "../schema/rejection.js";
import { decodeRejection, encodeRejection, type StoredRejection } from "../schema/stored-rejection.js";

/** A rejection as a server tells it: the detail is a `google.protobuf.Any` in protobuf JSON. */
export function rejectionToJson(registry: SchemaRegistry, error: RejectedError): JsonObject {
  const { code, message, detail } = encodeRejection(registry, error);
  if (detail === undefined) return { code, message };
  const any = create(AnySchema, { typeUrl: `type.googleapis.com/${detail.type}`, value: detail.payload });
  return { code, message, detail: toJson(AnySchema, any, { registry: registry.protobuf }) };
}

/**
 * Makes the error of what a server told. A detail that the client does not know or cannot read is
 * left out: that the command was rejected, and with which code, is what matters. Returns undefined
 * if it is no rejection.
 */
export function rejectionFromJson(
  registry: SchemaRegistry,
  command: DescCommand,
  json: unknown,
  context: ErrorContext,
): RejectedError | undefined {
  const { code, message, detail } = (json ?? {}) as { code?: unknown; message?: unknown; detail?: JsonValue };
  if (typeof code !== "string" || typeof message !== "string") return undefined;
  const told = detail === undefined ? undefined : readAny(registry, detail);
  return decodeRejection(registry, command, { code, message, ...(told !== undefined && { detail: told }) }, context);
}

function readAny({ protobuf: registry }: SchemaRegistry, json: JsonValue): StoredRejection["detail"] {
  try {
    const { typeUrl, value } = fromJson(AnySchema, json, { registry, ignoreUnknownFields: true });
    return { type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1), payload: value };
  } catch {
    return undefined;
  }
}
