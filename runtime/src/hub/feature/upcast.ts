import type { DescLoggedEvent } from "../../schema/event.js";
import type { Payload, PayloadInit } from "../../schema/payload.js";
import type { SessionInfo } from "../../session/session-info.js";

/** An old event of the log, as an upcast receives it. */
export interface OldEvent<Event extends DescLoggedEvent = DescLoggedEvent, Version extends number = number> {
  readonly name: Event["name"];
  readonly payload: Payload<Event["schema"]>;
  /** The version of the payload: the version that was published, or the version that the step before returned. */
  readonly version: Version;
  readonly ordinal: bigint;
  /** When the event was ordered, in milliseconds since the Unix epoch. */
  readonly time: number;
  readonly session: SessionInfo;
}

/**
 * One step of an upcast. It returns the payload of the event's next version, or of version
 * 1 of the event that replaced it.
 */
export type Upcaster<Event extends DescLoggedEvent, Successor extends DescLoggedEvent = Event> = (
  event: OldEvent<Event>,
) => PayloadInit<Successor["schema"]>;
