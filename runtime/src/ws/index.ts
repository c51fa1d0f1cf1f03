export * from "./observer.js";
export * from "./options.js";
export {
  type ConnectionInfo,
  type SubscriptionInfo,
  type WebSocketTransport,
  webSocketTransport,
} from "./transport.js";
