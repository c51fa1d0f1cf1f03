// Runs a campaign whole: npm run campaign -- NAME [--seed N] [--count N]
//
// It fails on the first broken history, whose seed it prints, and where fewer histories ran than it has.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

const names = readdirSync(import.meta.dirname).filter((name) =>
  existsSync(join(import.meta.dirname, name, "campaign.ts")),
);

/** Ends with what is wrong and what there is. */
function refuse(what) {
  process.stderr.write(
    `${what}\nnpm run campaign -- NAME [--seed N] [--count N]\nNAME is one of ${names.join(", ")}\n`,
  );
  process.exit(2);
}

function parsed() {
  const options = { seed: { type: "string" }, count: { type: "string" } };
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    return refuse(error.message);
  }
}

const {
  positionals: [name, ...rest],
  values,
} = parsed();
if (name === undefined) refuse("which campaign?");
if (!names.includes(name) || rest.length > 0) refuse(`there is no campaign "${[name, ...rest].join(" ")}"`);
for (const [option, value] of Object.entries(values)) {
  if (!/^\d{1,10}$/.test(value)) refuse(`--${option} is "${value}", want a whole number`);
}
const { seed, count } = values;

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "--config", "vitest.campaign.config.ts"], {
  cwd: join(import.meta.dirname, "../.."),
  env: {
    ...process.env,
    CAMPAIGN: name,
    ...(seed !== undefined && { SEED: seed }),
    ...(count !== undefined && { CAMPAIGN_COUNT: count }),
  },
  stdio: "inherit",
});
process.exit(status ?? 1);
