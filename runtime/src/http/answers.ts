import { type JsonObject, toJson } from "@bufbuild/protobuf";
import { AnySchema, anyPack } from "@bufbuild/protobuf/wkt";
import { type ErrorCode, isSessionstreamError } from "../base/errors.js";
import type { SchemaRegistry } from "../schema/registry.js";
import type { RejectedError, Rejection } from "../schema/rejection.js";
import { toldStatus } from "../session/told-errors.js";

/** Of what goes wrong from a handler's turn on, a client is told no more than these. */
const toldOfFailures: ReadonlySet<ErrorCode> = new Set(["FORBIDDEN", "SESSION_DELETED", "CLOSED"]);

/** Whether a client is told why a handler failed, or only that it did. */
export function isToldOfFailure(error: unknown): boolean {
  return isSessionstreamError(error) && toldOfFailures.has(error.code);
}

/** The answer that tells an error, or undefined where it is none for a client, who then hears of INTERNAL only. */
export function answerTold(error: unknown): Response | undefined {
  // Of REJECTED, only what a handler rejects its own command with is told, by `answerRejected`.
  if (!isSessionstreamError(error) || error.code === "INTERNAL" || error.code === "REJECTED") return undefined;
  const status = toldStatus[error.code];
  if (status === undefined) return undefined;
  // Every 401 has to name a way to sign in.
  const headers = status === 401 ? { "www-authenticate": "Bearer" } : {};
  return answerError(status, error.code, error.message, headers);
}

/** The answer that tells a rejection. Its code is the application's, and stands apart from our own. */
export function answerRejected(registry: SchemaRegistry, error: RejectedError): Response {
  const { code, message } = error;
  return Response.json({ code, message, rejection: rejectionToJson(registry, error.rejection) }, { status: 409 });
}

export function answerError(
  status: number,
  code: ErrorCode,
  message: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ code, message }, { status, headers });
}

function rejectionToJson({ protobuf: registry }: SchemaRegistry, rejection: Rejection): JsonObject {
  const { code, message, detail } = rejection;
  const schema = detail && registry.getMessage(detail.$typeName);
  if (detail === undefined || schema === undefined) return { code, message };
  return { code, message, detail: toJson(AnySchema, anyPack(schema, detail), { registry }) };
}
