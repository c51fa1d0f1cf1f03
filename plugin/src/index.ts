import { createPlugin } from "./plugin.js";

export { createPlugin } from "./plugin.js";
export type { Plugin } from "./protoplugin.js";

/** The plugin, which notes on stderr what it could not check. */
export const protocGenSessionstream = createPlugin((line) => {
  process.stderr.write(`protoc-gen-sessionstream: note: ${line}\n`);
});
