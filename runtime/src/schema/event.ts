import type { DescMessage } from "@bufbuild/protobuf";
import { highestVersion } from "@sessionstream/proto/schema-facts";
import { SessionstreamError } from "../base/errors.js";
import { checkName } from "./name.js";
import { type Payload, type PayloadInit, toPayload } from "./payload.js";

/** A backend event: what happened. */
export interface DescEvent<Name extends string = string, Schema extends DescMessage = DescMessage> {
  readonly kind: "event";
  readonly name: Name;
  readonly schema: Schema;
  /** The version of the event's meaning. The store keeps it with each event. The first version is 1. */
  readonly version: number;
  /**
   * Makes an event to be published with others, or to be returned by a decision.
   * @throws PAYLOAD_TYPE_MISMATCH or INVALID_PAYLOAD.
   */
  of(payload: PayloadInit<Schema>): EventDraft<DescEvent<Name, Schema>>;
}

/** An event that is not published yet, and checked. Made with `of` of its descriptor. */
export class EventDraft<D extends DescEvent = DescEvent> {
  readonly desc: D;
  readonly payload: Payload<D["schema"]>;

  constructor(desc: D, payload: Payload<D["schema"]>) {
    this.desc = desc;
    this.payload = payload;
  }
}

/**
 * An event that another event has replaced. Nobody can publish it. Logs contain it, and an
 * upcast turns it into its successor.
 */
export interface DescSupersededEvent<Name extends string = string, Schema extends DescMessage = DescMessage> {
  readonly kind: "superseded_event";
  readonly name: Name;
  readonly schema: Schema;
  /** The last version in which it was published. */
  readonly version: number;
  /** The name of the event of the same feature that replaced it. */
  readonly supersededBy: string;
  /** It is published no more; so says the compiler's message, too. */
  readonly of?: never;
}

/** An event that logs may contain. */
export type DescLoggedEvent = DescEvent | DescSupersededEvent;

/**
 * Describes a backend event. If the version is above 1, the feature needs an upcast, which
 * makes each version from the version before.
 * @throws INVALID_NAME, or INVALID_OPTION if the version is not a whole number from 1 to
 * 100.
 *
 * @example
 * ```ts
 * const Booked = event("LedgerBooked", BookedEventSchema, { version: 3 });
 * ```
 */
export function event<Name extends string, Schema extends DescMessage>(
  name: Name,
  schema: Schema,
  { version = 1 }: { readonly version?: number } = {},
): DescEvent<Name, Schema> {
  checkName("event", name);
  checkVersion(name, version);
  const desc: DescEvent<Name, Schema> = {
    kind: "event",
    name,
    schema,
    version,
    of: (init) => new EventDraft(desc, toPayload(schema, init, `event "${name}"`, { name })),
  };
  return desc;
}

/**
 * Describes an event that the event named `by` has replaced. Nobody can publish it.
 * @throws like {@link event}.
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
