import type { Report } from "./measure.js";

// Each suite is loaded when it is asked for, so that none disturbs another.
const suites: Readonly<Record<string, () => Promise<(report: Report) => Promise<void>>>> = {
  codegen: async () => (await import("./codegen.js")).codegen,
  commands: async () => (await import("./commands.js")).commands,
  fanout: async () => (await import("./fanout.js")).fanout,
  lint: async () => (await import("./lint.js")).lint,
  publish: async () => (await import("./publish.js")).publish,
  tokens: async () => (await import("./tokens.js")).tokens,
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(suites);
for (const name of wanted) {
  const load = suites[name];
  if (load === undefined) {
    console.error(`bench: got suite "${name}", want one of ${Object.keys(suites).join(", ")}`);
    process.exitCode = 2;
    break;
  }
  const run = await load();
  await run((row) => console.log(JSON.stringify(row)));
}
