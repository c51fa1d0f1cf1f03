import { defineConfig } from "vitest/config";

// The campaigns that take too long for every change: `npm run test:long`.
export default defineConfig({
  test: {
    globalSetup: "test/fixtures/temporary-folder.ts",
    include: ["{plugin,runtime,cli,test,examples/*}/**/*.long.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 20 * 60_000,
    hookTimeout: 60_000,
  },
});
