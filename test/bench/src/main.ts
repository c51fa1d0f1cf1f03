import type { Report } from "./measure.js";

// Each suite is loaded when it is asked for, so that none disturbs another.
const suites: Readonly<Record<string, () => Promise<(report: Report, args: readonly string[]) => Promise<void>>>> = {
  codegen: async () => (await import("./codegen.js")).codegen,
  commands: async () => (await import("./commands.js")).commands,
  fanout: async () => (await import("./fanout.js")).fanout,
  lint: async () => (await import("./lint.js")).lint,
  past: async () => (await import("./past.js")).past,
  publish: async () => (await import("./publish.js")).publish,
  runs: async () => (await import("./runs.js")).runs,
  sizes: async () => (await import("./sizes.js")).sizes,
  stalls: async () => (await import("./stalls/stalls.js")).stalls,
  tokens: async () => (await import("./tokens.js")).tokens,
};

// As applications are deployed. Child processes inherit it.
process.env.NODE_ENV ??= "production";

const given = process.argv.slice(2);
// What follows `stalls` is for it.
const end = given.includes("stalls") ? given.indexOf("stalls") + 1 : given.length;
const args = given.slice(end);
const wanted = given.length > 0 ? given.slice(0, end) : Object.keys(suites);
for (const name of wanted) {
  const load = suites[name];
  if (load === undefined) {
    console.error(`bench: got suite "${name}", want one of ${Object.keys(suites).join(", ")}`);
    process.exitCode = 2;
    break;
  }
  const run = await load();
  await run((line) => console.log(JSON.stringify(line)), args);
}
