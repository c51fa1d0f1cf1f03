export { Client, connect } from "./client.js";
export type { ConnectionState, WebSocketClass, WebSocketLike } from "./connect/web-socket.js";
export type { ConnectOptions, FeatureOf } from "./options.js";
export { RemoteSession } from "./remote-session.js";
export type { ClientFeature, ClientProjector } from "./replica/client-feature.js";
export type { SessionHydration } from "./replica/session-hydration.js";
