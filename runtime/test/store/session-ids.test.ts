import { memoryStore } from "@sessionstream/runtime";
import { sessionIds } from "@sessionstream/runtime/store";
import { expect, test } from "vitest";
import { collected } from "../../../test/fixtures/collected.js";
import { batchOf } from "../../src/testing/store/batches.js";

test.each([0, 1, 1000, 2500])("the ids of %i sessions come once each, in the order of the store", async (count) => {
  const store = memoryStore();
  const ids = Array.from({ length: count }, (_, index) => `s${index}`);
  await store.commit(ids.map((sessionId) => batchOf({ sessionId })));
  expect(await collected(sessionIds(store))).toEqual([...ids].sort());
});
