import type { DescMessage } from "@bufbuild/protobuf";
import { type ErrorContext, isSessionstreamError, SessionstreamError } from "../base/errors.js";
import type { DescCommand } from "./command.js";
import type { Payload } from "./payload.js";

/** Why a handler rejected a command. */
export interface Rejection<
  Code extends string = string,
  Detail extends DescMessage | undefined = DescMessage | undefined,
> {
  /** The application's code. It never meets the codes of this package, even if it is spelled like one. */
  readonly code: Code;
  /** For people. */
  readonly message: string;
  /** What the handler told besides. Undefined if it told nothing, or if the receiver cannot read it. */
  readonly detail: (Detail extends DescMessage ? Payload<Detail> : never) | undefined;
}

/** What a command can be rejected with: a union over its codes. */
export type RejectionOf<Command extends DescCommand> = {
  readonly [Code in RejectionCode<Command>]: Rejection<Code, RejectsOf<Command>[Code]>;
}[RejectionCode<Command>];

/** The codes of a command's rejections. Any string if it declares none. */
export type RejectionCode<Command extends DescCommand> = keyof RejectsOf<Command> & string;

/** What a command declares of its rejections. */
export type RejectsOf<Command extends DescCommand> = NonNullable<Command["rejects"]>;

/** The error of a command that its handler rejected: a SessionstreamError of code REJECTED. */
export class RejectedError<Told extends Rejection = Rejection> extends SessionstreamError {
  readonly rejection: Told;

  /** `context` has the session and the name of the command. */
  constructor(rejection: Told, context: ErrorContext) {
    super("REJECTED", rejection.message, context);
    this.rejection = rejection;
  }
}

/** Whether a command was rejected, with whatever code. */
export function isRejected(error: unknown): error is RejectedError;
/**
 * Whether the command was rejected with one of the codes that it declares. Narrows
 * `error.rejection` to them: `error.rejection.code` tells the type of `error.rejection.detail`.
 *
 * A server with a newer schema may reject with a code that the command here does not declare, or
 * give a detail of another type. For that, this is false, so that a `switch` over all codes is
 * complete. The error still has the code REJECTED and a message for people, and
 * `isRejected(error)` is true.
 *
 * @example
 * ```ts
 * if (isRejected(error, DeskApprove) && error.rejection.code === "APPROVAL_CLOSED") show(error.rejection.detail?.outcome);
 * ```
 */
export function isRejected<Command extends DescCommand>(
  error: unknown,
  command: Command,
): error is RejectedError<RejectionOf<Command>>;
export function isRejected(error: unknown, command?: DescCommand): boolean {
  if (!isSessionstreamError(error, "REJECTED") || !("rejection" in error)) return false;
  if (command === undefined) return true;
  if (error.context.name !== command.name) return false;
  const { rejects } = command;
  const { code, detail } = (error as RejectedError).rejection;
  if (rejects === undefined) return true;
  return Object.hasOwn(rejects, code) && (detail === undefined || detail.$typeName === rejects[code]?.typeName);
}
