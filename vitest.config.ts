import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{plugin,runtime,cli,test,examples/*}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/*.long.test.ts"],
    testTimeout: 20_000,
    // Many tests wait for other processes; one worker a core keeps all cores busy.
    maxWorkers: 2,
  },
});
