import type { DescLoggedEvent } from "../../schema/event.js";
import type { Payload, PayloadInit } from "../../schema/payload.js";
import type { SessionInfo } from "../../session/session-info.js";

/** An event of the log as an upcast is given it, on its way to one of today. */
export interface OldEvent<Event extends DescLoggedEvent = DescLoggedEvent, Version extends number = number> {
  readonly name: Event["name"];
  readonly payload: Payload<Event["schema"]>;
  /** The version that it is of: as published, or as the step before made it. */
  readonly version: Version;
  readonly ordinal: bigint;
  /** When the event was ordered, in milliseconds since the Unix epoch. */
  readonly time: number;
  readonly session: SessionInfo;
}

/**
 * What one step of an upcast looks like: it returns the payload of the event's
 * next version, or that of version 1 of the event that took its place.
 */
export type Upcaster<Event extends DescLoggedEvent, Successor extends DescLoggedEvent = Event> = (
  event: OldEvent<Event>,
) => PayloadInit<Successor["schema"]>;
