import { defineConfig } from "vite";

// For `vite examples/agent/web`, while the agent is served on its usual port.
export default defineConfig({
  // The page is one module: there is nothing to preload.
  build: { modulePreload: false },
  server: {
    proxy: { "/api": "http://localhost:8080", "/ws": { target: "ws://localhost:8080", ws: true } },
  },
});
