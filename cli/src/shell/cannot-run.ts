/** The stable codes that say why a command could not run. */
export type CannotRunCode =
  | "BUF_NOT_FOUND"
  | "PROTO_NOT_FOUND"
  | "PROTO_DOES_NOT_COMPILE"
  | "TSCONFIG_NOT_FOUND"
  | "TSCONFIG_INVALID"
  | "PATH_NOT_FOUND"
  | "RUNTIME_NOT_RESOLVED"
  | "INVALID_PROGRAM"
  | "NOTHING_TO_DO"
  | "TOPIC_NOT_FOUND"
  | "SESSION_NOT_FOUND"
  | "FILE_EXISTS"
  | "INVALID_OPTION";

/** A command could not do what the user asked. The process exits with 2. The message says how to fix it. */
export class CannotRun extends Error {
  override readonly name = "CannotRun";
  readonly code: CannotRunCode;

  constructor(code: CannotRunCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
