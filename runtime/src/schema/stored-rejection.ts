import { type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { ErrorContext } from "../base/errors.js";
import type { DescCommand } from "./command.js";
import type { SchemaRegistry } from "./registry.js";
import { RejectedError, type Rejection } from "./rejection.js";

/** A rejection as a store keeps it. */
export interface StoredRejection {
  readonly code: string;
  readonly message: string;
  readonly detail?: {
    /** The full name of the message type. */
    readonly type: string;
    /** In protobuf's binary format. */
    readonly payload: Uint8Array;
  };
}

/** Makes of the error of a rejection what a store keeps. */
export function encodeRejection(registry: SchemaRegistry, { rejection }: RejectedError): StoredRejection {
  const { code, message, detail } = rejection;
  const schema = detail && registry.protobuf.getMessage(detail.$typeName);
  if (detail === undefined || schema === undefined) return { code, message };
  return { code, message, detail: { type: schema.typeName, payload: toBinary(schema, detail) } };
}

/**
 * Makes the error again. A program with another schema may have written what is read: a detail that
 * cannot be read, or is not of the type that the command declares for the code, is left out.
 * `context` has the session.
 */
export function decodeRejection(
  registry: SchemaRegistry,
  command: DescCommand,
  { code, message, detail }: StoredRejection,
  context: ErrorContext,
): RejectedError {
  const read = detail && readDetail(registry, command, code, detail);
  return new RejectedError({ code, message, detail: read }, { ...context, name: command.name });
}

function readDetail(
  registry: SchemaRegistry,
  command: DescCommand,
  code: string,
  { type, payload }: NonNullable<StoredRejection["detail"]>,
): Rejection["detail"] {
  const schema = schemaOf(registry, command, code, type);
  try {
    return schema && fromBinary(schema, payload);
  } catch {
    return undefined;
  }
}

/** The message type with which the detail of a code is read. */
function schemaOf(
  { protobuf }: SchemaRegistry,
  { rejects }: DescCommand,
  code: string,
  type: string,
): DescMessage | undefined {
  // A newer schema may have more codes.
  if (rejects === undefined || !Object.hasOwn(rejects, code)) return protobuf.getMessage(type);
  return rejects[code]?.typeName === type ? rejects[code] : undefined;
}
