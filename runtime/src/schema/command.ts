import type { DescMessage } from "@bufbuild/protobuf";
import { checkName } from "./name.js";

/** A command: a request to do work. */
export interface DescCommand<Name extends string = string, Schema extends DescMessage = DescMessage> {
  readonly kind: "command";
  /** The logical name. */
  readonly name: Name;
  /** The payload's message type. */
  readonly schema: Schema;
}

/**
 * Describes a command.
 * @throws INVALID_NAME.
 */
export function command<Name extends string, Schema extends DescMessage>(
  name: Name,
  schema: Schema,
): DescCommand<Name, Schema> {
  checkName("command", name);
  return { kind: "command", name, schema };
}
