import type { Identity } from "../session/identity.js";
import type { ConnectionHost } from "./connection-host.js";
import type { TransportRecord } from "./observer.js";
import type { TransportErrorCode } from "./options.js";
import type { Outbox } from "./outbox.js";

/** What subscriptions need of their connection. */
export interface SubscriptionHost {
  readonly transport: ConnectionHost;
  readonly peer: { readonly identity: Identity };
  readonly outbox: Outbox;
  observe(record: Omit<TransportRecord, "connectionId">): void;
  /** Tells the client of an error: the code and the message, nothing more. */
  fail(code: TransportErrorCode, message: string, sessionId: string, error?: unknown): void;
  /** Gives the client its time to catch up. */
  startLagTimer(): void;
}
