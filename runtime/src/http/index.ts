export { type HttpHandlerOptions, httpHandler } from "./http-handler.js";
export { nodeListener } from "./node-listener.js";
