import type { Hub } from "@sessionstream/runtime";
import { LabTrace, LabWork, lab, type LabHandlers } from "../../fixtures/gen/lab/v1/lab_sessionstream.js";

declare const hub: Hub;

// No type was said: there may be nobody, and if there is somebody, they have an id.
export const work: LabHandlers["work"] = async ({ identity, publish }) => {
  await publish(LabTrace, { text: identity?.id ?? "nobody" });
  // error: 18048 'identity' is possibly 'undefined'.
  await publish(LabTrace, { text: identity.id });
  // error: 2339 Property 'name' does not exist on type 'AnyIdentity'.
  await publish(LabTrace, { text: identity?.name });
};

export const submitted = [
  hub.submit("s", LabWork, { task: "" }),
  hub.submit("s", LabWork, { task: "" }, { key: "k" }),
  hub.submit("s", LabWork, { task: "" }, { identity: { id: "u" } }),
  hub.client("s", lab).submit(LabWork, { task: "" }),
];
// error: 2741 Property 'id' is missing in type '{}'
hub.submit("s", LabWork, { task: "" }, { identity: {} });
