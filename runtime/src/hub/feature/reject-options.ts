import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { DescCommand } from "../../schema/command.js";
import type { PayloadInit } from "../../schema/payload.js";
import type { RejectionCode, RejectsOf } from "../../schema/rejection.js";

/** What `reject` is told besides the code. */
export interface RejectOptions<Detail> {
  /** For people. The default names the command and the code. */
  readonly message?: string | undefined;
  /** For programs, of the type that the command declares for the code. */
  readonly detail?: Detail | undefined;
}

/**
 * What can be given as the detail of a code. A command that declares no rejections takes a whole
 * message of any type, as `create` makes it.
 */
export type RejectionDetail<Command extends DescCommand, Code extends RejectionCode<Command>> =
  string extends RejectionCode<Command>
    ? Message
    : RejectsOf<Command>[Code] extends DescMessage
      ? PayloadInit<RejectsOf<Command>[Code]>
      : undefined;
