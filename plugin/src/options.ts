import { nearest } from "./naming/nearest.js";

/** The plugin's own options, beside those that every plugin of its framework has. */
export interface PluginOptions {
  /**
   * `strategy=all` says that buf runs the plugin with `strategy: all`, so that it
   * sees every file.
   */
  readonly strategy?: "all";
}

const frameworkOptions = [
  "target",
  "import_extension",
  "js_import_style",
  "keep_empty_files",
  "ts_nocheck",
  "elide_plugin_version",
  "rewrite_imports",
];

const optionNames = [...frameworkOptions, "strategy"];

/** Parses the plugin's own options. Throws an error whose message protoplugin puts after the option. */
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
