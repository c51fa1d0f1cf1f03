import { connect } from "@sessionstream/runtime/client";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { agentClient } from "../src/client-projection.js";
import { Agent } from "./agent.js";

const parameters = new URLSearchParams(location.search);
const person = parameters.get("person") ?? "anna";
const sessionId = parameters.get("session") ?? "demo";

const client = connect(`/ws?person=${encodeURIComponent(person)}`, {
  features: [agentClient],
  fetch(url, init) {
    const headers = new Headers(init?.headers);
    headers.set("authorization", `Bearer ${person}`);
    return fetch(url, { ...init, headers });
  },
});
addEventListener("online", () => client.reconnect());

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no #root");
createRoot(root).render(
  <StrictMode>
    <Agent client={client} sessionId={sessionId} person={person} />
  </StrictMode>,
);
