import { defineConfig } from "vitest/config";
import { SlowestFirst } from "./test/fixtures/slowest-first.ts";

const all = "{plugin,runtime,cli,test,examples/*}/**/*";
const exclude = ["**/node_modules/**", "**/dist/**", "**/*.long.test.ts"];

export default defineConfig({
  test: {
    globalSetup: "test/fixtures/temporary-folder.ts",
    testTimeout: 20_000,
    sequence: { sequencer: SlowestFirst },
    // Tests wait for other processes and for time to pass. A third worker keeps two cores busy meanwhile.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: "shared",
          globalSetup: "test/fixtures/scripts.ts",
          include: [`${all}.test.ts`],
          exclude: [...exclude, "**/*.isolated.test.ts"],
          // The files share the modules that they load: to load them again takes longer than most tests.
          isolate: false,
        },
      },
      {
        extends: true,
        // Tests that replace modules, which the others must not see.
        test: {
          name: "isolated",
          include: [`${all}.isolated.test.ts`],
          exclude,
          // Among the others, it would end a worker, and the next one would load the modules again.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
