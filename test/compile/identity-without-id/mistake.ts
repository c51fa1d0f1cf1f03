import type { Hub } from "@sessionstream/runtime";
import { LabTrace, LabWork, type LabHandlers } from "../../fixtures/gen/lab/v1/lab_sessionstream.js";

declare module "@sessionstream/runtime" {
  interface Register {
    // error: 2411 Property 'identity' of type '{ readonly name: string; }' is not assignable to
    identity: { readonly name: string };
  }
}

declare const hub: Hub;

// error: 2353 'name' does not exist in type 'IdentityWithoutId'.
hub.submit("s", LabWork, {}, { identity: { name: "ann" } });

export const work: LabHandlers["work"] = async ({ identity, publish }) => {
  // error: 2339 Property 'name' does not exist on type 'IdentityWithoutId'.
  await publish(LabTrace, { text: identity.name });
};
