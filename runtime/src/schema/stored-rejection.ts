import { toBinary } from "@bufbuild/protobuf";
import type { ErrorContext } from "../base/errors.js";
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

/** Makes of the error of a rejection what a store keeps. A detail that was spoilt since it was checked is left out. */
export function encodeRejection({ protobuf }: SchemaRegistry, { rejection }: RejectedError): StoredRejection {
  const { code, message, detail } = rejection;
  const schema = detail && protobuf.getMessage(detail.$typeName);
  if (detail === undefined || schema === undefined) return { code, message };
  try {
    return { code, message, detail: { type: schema.typeName, payload: toBinary(schema, detail) } };
  } catch {
    return { code, message };
  }
}

/**
 * Makes the error again. `context` has the session and the name of the command. A program with another
 * schema may have stored it: a detail that cannot be read is left out.
 */
export function decodeRejection(
  registry: SchemaRegistry,
  { code, message, detail }: StoredRejection,
  context: ErrorContext,
): RejectedError {
  return new RejectedError({ code, message, detail: detail && decodeDetail(registry, detail) }, context);
}

function decodeDetail(
  registry: SchemaRegistry,
  { type, payload }: NonNullable<StoredRejection["detail"]>,
): Rejection["detail"] {
  const schema = registry.protobuf.getMessage(type);
  try {
    return schema && registry.decode(schema, payload);
  } catch {
    return undefined;
  }
}
