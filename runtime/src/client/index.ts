export { Client, connect } from "./client.js";
export type { ConnectionState, ConnectOptions, FeatureOf, WebSocketClass, WebSocketLike } from "./options.js";
export { RemoteSession } from "./remote-session.js";
export type { ClientFeature, ClientProjector } from "./replica/client-feature.js";
export type { SessionHydration } from "./replica/session-hydration.js";
