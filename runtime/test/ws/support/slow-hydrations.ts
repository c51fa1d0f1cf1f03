import type { Hub, Hydration, ResumePoint } from "@sessionstream/runtime";

/** Lets what a hub tells those who begin to follow be held back, or fail. `pause` is waited for each time. */
export function slowHydrations(hub: Hub, pause?: () => Promise<void>) {
  const gates = new Map<string, Promise<void>>();
  const hydrate = hub.hydrate.bind(hub) as (sessionId: string, from?: ResumePoint) => Promise<Hydration>;
  let begun = 0;
  const late = async (sessionId: string, from?: ResumePoint): Promise<Hydration> => {
    begun++;
    const gate = gates.get(sessionId);
    // What is told is what is there now; it only arrives late.
    const hydration = await hydrate(sessionId, from);
    await gate;
    await pause?.();
    return hydration;
  };
  hub.hydrate = late as Hub["hydrate"];
  return {
    /** How many hydrations were begun. */
    get begun() {
      return begun;
    },
    /** Holds the session's hydrations that begin from now on; what it returns lets them go, or fail. */
    hold(sessionId: string): (error?: Error) => void {
      let release = (_?: Error) => {};
      const gate = new Promise<void>((resolve, reject) => {
        release = (error) => (error === undefined ? resolve() : reject(error));
      });
      gate.catch(() => {});
      gates.set(sessionId, gate);
      return (error) => {
        if (gates.get(sessionId) === gate) gates.delete(sessionId);
        release(error);
      };
    },
  };
}
