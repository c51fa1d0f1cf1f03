import type { DescEvent } from "../../schema/event.js";
import type { Payload } from "../../schema/payload.js";
import type { SessionInfo } from "../../session/session-info.js";
import type { EventMeta } from "../../store/event-meta.js";

/** A backend event as projections and readers of the log see it. */
export interface BackendEvent<Event extends DescEvent = DescEvent> {
  readonly name: Event["name"];
  readonly payload: Payload<Event["schema"]>;
  readonly ordinal: bigint;
  /** When the event was ordered, in milliseconds since the Unix epoch. */
  readonly time: number;
  /** Where the event comes from, as far as that is known. */
  readonly meta: EventMeta;
  readonly session: SessionInfo;
}
