import type { DescMessage } from "@bufbuild/protobuf";
import { isRejectionCode, rejectionCodeForm } from "@sessionstream/proto/schema-facts";
import { SessionstreamError } from "../../base/errors.js";
import { anObject, aString, checkOptions } from "../../base/option.js";
import { show } from "../../base/show.js";
import type { DescCommand } from "../../schema/command.js";
import { type PayloadInit, toPayload } from "../../schema/payload.js";
import type { SchemaRegistry } from "../../schema/registry.js";
import { RejectedError } from "../../schema/rejection.js";
import type { CommandContext } from "../feature/command-context.js";

/** Makes what rejects a command in a session. It checks what the compiler could not see. */
export function rejecter(registry: SchemaRegistry, sessionId: string, command: DescCommand): CommandContext["reject"] {
  const context = { sessionId, name: command.name };
  const what = `command "${command.name}"`;
  return (code, options = {}) => {
    const wrong = whatIsWrong(command, code);
    if (wrong !== undefined) {
      throw new SessionstreamError("INVALID_REJECTION", `${what} rejected with code ${show(code)}: ${wrong}`, context);
    }
    checkOptions(`${what} reject`, options, { message: aString, detail: anObject });
    const { message = `${what} was rejected: ${code}`, detail } = options;
    const checked = detail && toDetail(code, detail);
    return new RejectedError({ code, message, detail: checked }, context);
  };

  function toDetail(code: string, detail: object) {
    const schema = command.rejects === undefined ? named(detail) : command.rejects[code];
    const where = `${what} rejection ${code} detail`;
    if (schema !== undefined) {
      return registry.freeze(toPayload(schema, detail as PayloadInit<DescMessage>, where, context));
    }
    const want =
      command.rejects === undefined
        ? "want a message made with `create`, of a file with which a feature of the hub works"
        : "want none, because the schema declares none for this code";
    throw new SessionstreamError("INVALID_REJECTION", `${where}: got ${show(detail)}, ${want}`, context);
  }

  /** The type of a whole message. */
  function named(detail: object): DescMessage | undefined {
    const { $typeName: typeName } = detail as { readonly $typeName?: unknown };
    return typeof typeName === "string" ? registry.protobuf.getMessage(typeName) : undefined;
  }
}

function whatIsWrong({ rejects }: DescCommand, code: unknown): string | undefined {
  if (rejects === undefined) {
    return typeof code === "string" && isRejectionCode(code) ? undefined : `want ${rejectionCodeForm}`;
  }
  if (typeof code === "string" && Object.hasOwn(rejects, code)) return undefined;
  return `want one that the schema declares: ${Object.keys(rejects).join(", ")}`;
}
