import { defineConfig } from "vitest/config";

/** What has a share of its cases in `npm test`: see test/fixtures/cases.ts. */
const thorough = [
  "examples/chatdemo/test/kill.test.ts",
  "test/crash/open-together.test.ts",
  "test/laws/**/*.test.ts",
  "runtime/test/hub/read/delta.test.ts",
  "runtime/test/hub/write/refold/histories.test.ts",
  "runtime/test/schema/check/message.property.test.ts",
  "runtime/test/sqlite/like-memory.test.ts",
  "runtime/test/timeline/tracked-timeline.test.ts",
];

// The campaigns that take too long for every change: `npm run test:long`.
export default defineConfig({
  test: {
    globalSetup: ["test/fixtures/temporary-folder.ts", "test/fixtures/scripts.ts"],
    include: ["{plugin,runtime,cli,test,examples/*}/**/*.long.test.ts", ...thorough],
    exclude: ["**/node_modules/**", "**/dist/**"],
    provide: { thoroughness: 15 },
    testTimeout: 20 * 60_000,
    hookTimeout: 60_000,
  },
});
