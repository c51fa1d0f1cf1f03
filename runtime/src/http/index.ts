export { type HttpHandler, type HttpHandlerOptions, httpHandler } from "./http-handler.js";
export { type NodeListener, nodeListener } from "./node-listener.js";
