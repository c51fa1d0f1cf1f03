import { fnv1aOfText } from "../../base/fnv.js";
import type { SchemaRegistry } from "../../schema/registry.js";
import { encodeRejection, type StoredRejection } from "../../schema/stored-rejection.js";
import type { EventMeta } from "../../store/event-meta.js";
import type { CommandContext } from "../feature/command-context.js";
import { errorOf, isRejectionOf } from "./submit-outcome.js";

/** A command on its way to its handler. */
export type Command = Pick<CommandContext, "name" | "key" | "payload" | "identity" | "trace" | "signal" | "reject">;

/** What a store keeps of a command's failure, if its handler rejected it. */
export function storedRejectionOf(
  thrown: unknown,
  registry: SchemaRegistry,
  { sessionId, name }: { readonly sessionId: string; readonly name: string },
): StoredRejection | undefined {
  const error = errorOf(thrown);
  return isRejectionOf(error, sessionId, name) ? encodeRejection(registry, error) : undefined;
}

/** What the events of a command say of where they come from. */
export function metaOf({ name, key, identity, trace }: Command): EventMeta {
  return {
    ...(identity !== undefined && { identity: identity.id }),
    command: name,
    ...(key !== undefined && { key: fnv1aOfText(key) }),
    ...(trace !== undefined && { trace }),
  };
}
