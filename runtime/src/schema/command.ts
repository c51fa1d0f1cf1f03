import type { DescMessage } from "@bufbuild/protobuf";
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
  readonly rejects?: Rejects;
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
>(name: Name, schema: Schema, options?: { readonly rejects: Rejects }): DescCommand<Name, Schema, Rejects> {
  checkName("command", name);
  return { kind: "command", name, schema, ...options };
}
