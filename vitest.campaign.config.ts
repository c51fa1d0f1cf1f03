import { defineConfig } from "vitest/config";

// One campaign, whole: `npm run campaign -- NAME`, which says which one in the environment.
export default defineConfig({
  test: {
    globalSetup: ["test/fixtures/temporary-folder.ts", "test/fixtures/scripts.ts"],
    include: ["test/campaigns/whole.campaign.ts"],
    testTimeout: 0,
    reporters: ["minimal"],
  },
});
