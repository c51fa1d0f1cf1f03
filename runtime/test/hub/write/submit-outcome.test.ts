import { Hub, memoryStore } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { LabRest } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";
import { wrapStore } from "../../../../test/fixtures/stores.js";

test("a command whose handler is done, and whose key cannot be stored, has failed: it was not refused", async () => {
  const broken = wrapStore(memoryStore(), { settle: () => Promise.reject(new Error("disk full")) });
  const hub = new Hub({ features: [labOf()], store: broken, lease: 100 });
  // The second one waits for the first.
  const outcomes = await Promise.all([1, 2].map(() => hub.trySubmit("s", LabRest, {}, { key: "k" })));
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: "failed", error: { code: "STORE_FAILED" } });
  }
});
