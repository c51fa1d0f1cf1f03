import type { Hub } from "@sessionstream/runtime";

/** The epoch of the session "s". */
export async function epochOf(hub: Hub): Promise<string> {
  return (await hub.hydrate("s")).epoch;
}
