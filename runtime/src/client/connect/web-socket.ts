/** What the client needs of a WebSocket class: what browsers, Node.js 22 and `ws` have alike. */
export type WebSocketClass = new (url: string) => WebSocketLike;

/** An open or opening WebSocket. */
export interface WebSocketLike {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "close", listener: () => void): void;
  addEventListener(type: "error", listener: (event: { readonly message?: unknown }) => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}

/** The state of a client's connection. */
export type ConnectionState = "connecting" | "open" | "reconnecting" | "closed";
