import type { DescMessage } from "@bufbuild/protobuf";
import { highestVersion } from "@sessionstream/proto/schema-facts";
import { SessionstreamError } from "../base/errors.js";
import { checkName } from "./name.js";

/** A backend event: what happened. */
export interface DescEvent<Name extends string = string, Schema extends DescMessage = DescMessage> {
  readonly kind: "event";
  readonly name: Name;
  readonly schema: Schema;
  /** The version of what the event means, which is stored with each; 1 is the first. */
  readonly version: number;
}

/**
 * An event that another one took the place of. It cannot be published; logs have
 * it, and an upcast turns it into its successor.
 */
export interface DescSupersededEvent<Name extends string = string, Schema extends DescMessage = DescMessage> {
  readonly kind: "superseded_event";
  readonly name: Name;
  readonly schema: Schema;
  /** The last version in which it was published. */
  readonly version: number;
  /** The name of the event of the same feature that took its place. */
  readonly supersededBy: string;
}

/** An event that logs may have. */
export type DescLoggedEvent = DescEvent | DescSupersededEvent;

/**
 * Describes a backend event. A version above 1 says that its feature has an upcast,
 * which makes each version of the one before.
 * @throws INVALID_NAME, or INVALID_OPTION where the version is not a whole number from 1
 * to 100.
 */
export function event<Name extends string, Schema extends DescMessage>(
  name: Name,
  schema: Schema,
  { version = 1 }: { readonly version?: number } = {},
): DescEvent<Name, Schema> {
  checkName("event", name);
  checkVersion(name, version);
  return { kind: "event", name, schema, version };
}

/**
 * Describes an event that can no longer be published, since the event named `by` took
 * its place.
 * @throws like `event`.
 */
export function supersededEvent<Name extends string, Schema extends DescMessage>(
  name: Name,
  schema: Schema,
  { by, version = 1 }: { readonly by: string; readonly version?: number },
): DescSupersededEvent<Name, Schema> {
  checkName("event", name);
  checkVersion(name, version);
  return { kind: "superseded_event", name, schema, version, supersededBy: by };
}

function checkVersion(name: string, version: number): void {
  // An event of version 1 takes a step for each: a date as a version would take millions.
  if (Number.isInteger(version) && version >= 1 && version <= highestVersion) return;
  throw new SessionstreamError(
    "INVALID_OPTION",
    `event "${name}" version: got ${String(version)}, want a whole number from 1 to ${highestVersion}`,
    { name },
  );
}
