import type { Gate } from "../access/gate.js";
import type { Hub } from "../hub/hub.js";
import type { HydrationEncoder } from "./encode/hydrations.js";
import type { Feeds } from "./feeds.js";
import type { TransportRecord } from "./observer.js";
import type { TransportLimits } from "./options.js";

/** What connections need of their transport. */
export interface ConnectionHost {
  readonly hub: Hub;
  readonly limits: TransportLimits;
  /** Whether anybody hears what is observed. */
  readonly isObserved: boolean;
  observe(record: TransportRecord): void;
  readonly gate: Gate;
  readonly hydrations: HydrationEncoder;
  /** The live UI events of sessions: with metadata, or without. */
  feeds(hasMetadata: boolean): Feeds;
}
