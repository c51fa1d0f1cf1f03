import { createPlugin } from "./plugin.js";

export { createPlugin } from "./plugin.js";
export type { Plugin } from "./protoplugin.js";

/**
 * The plugin `protoc-gen-sessionstream`. It prints to stderr what a run could not
 * check. {@link createPlugin} makes one with another place for these notes.
 */
export const protocGenSessionstream = createPlugin((line) => {
  process.stderr.write(`protoc-gen-sessionstream: note: ${line}\n`);
});
