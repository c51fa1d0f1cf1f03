import { memoryStore, type Store } from "@sessionstream/runtime";
import { wrapStore } from "../../../../test/fixtures/stores.js";

/** A store whose loads of a session can be held back, and can fail. */
export function slowStore(inner: Store = memoryStore()) {
  const gates = new Map<string, Promise<void>>();
  let loads = 0;
  return {
    store: wrapStore(inner, {
      async load(sessionId, options) {
        loads++;
        // What is loaded is what is there now; it only arrives late.
        const loaded = await inner.load(sessionId, options);
        await gates.get(sessionId);
        return loaded;
      },
    }),
    /** How many loads were begun. */
    get loads() {
      return loads;
    },
    /** Holds the session's loads from now on; what it returns lets them go, or fail. */
    hold(sessionId: string): (error?: Error) => void {
      let release = (_?: Error) => {};
      const gate = new Promise<void>((resolve, reject) => {
        release = (error) => (error === undefined ? resolve() : reject(error));
      });
      gate.catch(() => {});
      gates.set(sessionId, gate);
      return (error) => {
        gates.delete(sessionId);
        release(error);
      };
    },
  };
}
