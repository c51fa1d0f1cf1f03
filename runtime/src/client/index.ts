export { Client, connect } from "./client.js";
export type { ClientFeature, ClientProjector } from "./client-feature.js";
export { ClientSession } from "./client-session.js";
export type { ConnectionState, ConnectOptions, FeatureOf, WebSocketClass, WebSocketLike } from "./options.js";
export type { SessionHydration } from "./session-hydration.js";
