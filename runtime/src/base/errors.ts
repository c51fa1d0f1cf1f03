/**
 * The stable codes of what can go wrong. Programs branch on the code, people
 * read the message.
 */
export type ErrorCode =
  | "INVALID_NAME"
  | "DUPLICATE_NAME"
  | "UNKNOWN_NAME"
  | "UNKNOWN_FIELD"
  | "PAYLOAD_TYPE_MISMATCH"
  | "INVALID_PAYLOAD"
  | "PAYLOAD_TOO_LARGE"
  | "INVALID_ENTITY_ID"
  | "INVALID_PROJECTION"
  | "PROJECTION_FAILED"
  | "UPCAST_FAILED"
  | "INVALID_SESSION"
  | "SESSION_DELETED"
  | "SESSION_EXISTS"
  | "INVALID_EXPORT"
  | "FILE_EXISTS"
  | "INVALID_RANGE"
  | "INVALID_OPTION"
  | "NO_HANDLER"
  | "UNKNOWN_RUN"
  | "RUN_EXISTS"
  | "RUN_CANCELLED"
  | "RUN_LOST"
  | "BACKGROUND_EXISTS"
  | "BACKGROUND_TIMEOUT"
  | "INVALID_DECISION"
  | "TIMELINE_STALLED"
  | "TIMELINE_NEWER"
  | "INVALID_REJECTION"
  | "CLOSED"
  | "CLOSE_TIMEOUT"
  | "ORDINAL_CONFLICT"
  | "INVALID_KEY"
  | "KEY_REUSED"
  | "KEY_CLAIMED"
  | "STORE_FAILED"
  | "STORE_INCOMPATIBLE"
  | "STORE_LOST"
  | "DRIVER_MISSING"
  | "UNSUPPORTED"
  | "REQUEST_FAILED"
  | "METHOD_NOT_ALLOWED"
  | "REFUSED"
  | "REJECTED"
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "INTERNAL";

/** What an error is about, as far as the code that raises it knows. */
export interface ErrorContext {
  readonly sessionId?: string;
  /** The logical name of the command, event, UI event or timeline entity. */
  readonly name?: string;
  readonly ordinal?: bigint;
  /** The path of a field within a payload, such as `items[2].price`. */
  readonly field?: string;
  /** The id of a run. */
  readonly run?: string;
  /** The attempt of a run. */
  readonly attempt?: number;
  /** An idempotency key. */
  readonly key?: string;
  /** Whose key it is. Keys of different spaces never meet. */
  readonly space?: string;
}

/** What an error is about, and what caused it. */
export interface ErrorDetails extends ErrorContext {
  readonly cause?: unknown;
}

/**
 * The error that every part of the runtime raises. `code` is stable between releases. The
 * message says what the code got, what it wanted and, if there is one way, how to fix it.
 *
 * @example
 * ```ts
 * throw new SessionstreamError("STORE_FAILED", "the disk is full", { sessionId, cause: thrown });
 * ```
 */
export class SessionstreamError extends Error {
  override readonly name = "SessionstreamError";
  readonly code: ErrorCode;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, message: string, { cause, ...context }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.context = context;
  }
}

/**
 * Whether a value is a SessionstreamError and, if a code is given, has that code. The
 * check looks at the shape. So it also accepts an error of another copy of this package.
 */
export function isSessionstreamError(value: unknown, code?: ErrorCode): value is SessionstreamError {
  return (
    value instanceof Error &&
    value.name === "SessionstreamError" &&
    "code" in value &&
    (code === undefined || value.code === code)
  );
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return "something that cannot be shown";
  }
}
