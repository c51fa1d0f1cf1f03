import type { DescMessage } from "@bufbuild/protobuf";
import { isRejectionCode, rejectionCodeForm } from "@sessionstream/proto/schema-facts";
import { SessionstreamError } from "../base/errors.js";
import { checkName } from "./name.js";

/** The codes of a command's rejections. Each has the message type of its detail, or undefined if it has none. */
export type RejectionTypes = Readonly<Record<string, DescMessage | undefined>>;

/** A command: a request to do work. */
export interface DescCommand<
  Name extends string = string,
  Schema extends DescMessage = DescMessage,
  Rejects extends RejectionTypes = RejectionTypes,
> {
  readonly kind: "command";
  /** The logical name. */
  readonly name: Name;
  /** The payload's message type. */
  readonly schema: Schema;
  /** What the handler may reject the command with. Undefined if the schema declares nothing: then any code. */
  readonly rejects?: Rejects | undefined;
}

/**
 * Describes a command.
 * @throws INVALID_NAME.
 *
 * @example
 * ```ts
 * const Approve = command("DeskApprove", ApproveCommandSchema, { rejects: { APPROVAL_CLOSED: ApprovalStateSchema } });
 * ```
 */
export function command<
  Name extends string,
  Schema extends DescMessage,
  Rejects extends RejectionTypes = RejectionTypes,
>(name: Name, schema: Schema, { rejects }: { readonly rejects?: Rejects } = {}): DescCommand<Name, Schema, Rejects> {
  checkName("command", name);
  const malformed = Object.keys(rejects ?? {}).find((code) => !isRejectionCode(code));
  if (malformed !== undefined) {
    throw new SessionstreamError(
      "INVALID_NAME",
      `command "${name}" rejection code ${JSON.stringify(malformed)}: want ${rejectionCodeForm}`,
      { name },
    );
  }
  return { kind: "command", name, schema, rejects };
}
