import { nearest } from "./naming/nearest.js";

/** The options of this plugin. Every plugin on protoplugin has more, which protoplugin reads. */
export interface PluginOptions {
  /**
   * `strategy=all` says that buf runs the plugin with `strategy: all`, so that
   * each run sees every file.
   */
  readonly strategy?: "all";
}

/** The options that protoplugin reads. */
const protopluginOptions = [
  "target",
  "import_extension",
  "js_import_style",
  "keep_empty_files",
  "ts_nocheck",
  "elide_plugin_version",
  "rewrite_imports",
];

const optionNames = [...protopluginOptions, "strategy"];

/**
 * Parses the plugin's own options.
 *
 * @throws {Error} if an option is unknown or has a wrong value. protoplugin prints
 * the option, then the error's message.
 */
export function parseOptions(given: readonly { key: string; value: string }[]): PluginOptions {
  let options: PluginOptions = {};
  for (const { key, value } of given) {
    if (key !== "strategy") {
      const near = nearest(key, optionNames);
      const mend = near === undefined ? `want one of ${optionNames.join(", ")}` : `did you mean "${near}"?`;
      throw new Error(`there is no option "${key}": ${mend}`);
    }
    if (value !== "all") throw new Error(`strategy is "${value}": want "all", or leave the option out`);
    options = { strategy: value };
  }
  return options;
}
