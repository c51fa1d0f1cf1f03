import { Hub, memoryStore, type Store } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { LabRest } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";

test("a command whose handler is done, and whose key cannot be stored, has failed: it was not refused", async () => {
  const broken: Store = { ...delegateTo(memoryStore()), commit: () => Promise.reject(new Error("disk full")) };
  const hub = new Hub({ features: [labOf()], store: broken });
  // The second one waits for the first.
  const outcomes = await Promise.all([1, 2].map(() => hub.trySubmit("s", LabRest, {}, { key: "k" })));
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: "failed", error: { code: "STORE_FAILED" } });
  }
});

function delegateTo(store: Store): Store {
  return {
    sessions: (range) => store.sessions(range),
    session: (id) => store.session(id),
    load: (id, options) => store.load(id, options),
    commit: (batches) => store.commit(batches),
    events: (id, range) => store.events(id, range),
    key: (id, key) => store.key(id, key),
    errors: (id) => store.errors(id),
    close: () => store.close(),
  };
}
