import type { DescMessage } from "@bufbuild/protobuf";
import { parentTypes } from "@bufbuild/protobuf/reflect";
import { commentsOf } from "../model/index.js";

/** The doc comment of the code that is generated from a message. */
export function descriptorDoc(message: DescMessage): string {
  const lines = [`@generated from message ${message.typeName}`, ...deprecation(message)];
  return [commentsOf(message), lines.join("\n")].filter((text) => text !== "").join("\n\n");
}

/** The doc comment of a method that takes a message. `more` follows the message's own comment. */
export function methodDoc(message: DescMessage, more = ""): string {
  return [commentsOf(message), more, ...deprecation(message)].filter((text) => text !== "").join("\n\n");
}

function deprecation(message: DescMessage): readonly string[] {
  return message.deprecated || parentTypes(message).some(({ deprecated }) => deprecated) ? ["@deprecated"] : [];
}
