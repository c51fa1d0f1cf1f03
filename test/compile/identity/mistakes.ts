import type { Hub } from "@sessionstream/runtime";
import { httpHandler } from "@sessionstream/runtime/http";
import { webSocketTransport } from "@sessionstream/runtime/ws";
import { LabTrace, LabWork, lab, type LabHandlers } from "../../fixtures/gen/lab/v1/lab_sessionstream.js";

declare const hub: Hub;

export const work: LabHandlers["work"] = async ({ identity, publish }) => {
  // error: 2339 Property 'email' does not exist on type 'User'.
  await publish(LabTrace, { text: identity.email });
};

// error: 2554 Expected 4 arguments, but got 3.
hub.submit("s", LabWork, { task: "" });
// error: 2741 Property 'identity' is missing in type '{ key: string; }'
hub.submit("s", LabWork, { task: "" }, { key: "k" });
// error: 2741 Property 'name' is missing in type '{ id: string; }'
hub.trySubmit("s", LabWork, { task: "" }, { identity: { id: "u" } });
// error: 2554 Expected 3 arguments, but got 2.
hub.client("s", lab);

// Without it, a handler would find nobody where its type says that there is somebody.
// error: 2554 Expected 2 arguments, but got 1.
webSocketTransport(hub);
// error: 2741 Property 'authenticate' is missing in type '{}'
httpHandler(hub, {});
httpHandler(hub, {
  // error: 2741 Property 'name' is missing in type '{ id: string; }'
  authenticate: () => ({ identity: { id: "u" } }),
});
