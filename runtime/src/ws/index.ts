export type { EventMetadata } from "./encode/ui-events.js";
export type { TransportObserver, TransportRecord, TransportStage } from "./observer.js";
export {
  closeCodes,
  type TransportErrorCode,
  type TransportLimits,
  type WebSocketTransportOptions,
} from "./options.js";
export type { SubscriptionState } from "./subscription.js";
export {
  type ConnectionInfo,
  type SubscriptionInfo,
  type WebSocketTransport,
  webSocketTransport,
} from "./transport.js";
