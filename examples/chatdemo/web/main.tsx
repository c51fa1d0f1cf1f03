import { connect } from "@sessionstream/runtime/client";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { chatClient } from "../src/client-projection.js";
import { Chat } from "./chat.js";

const client = connect("/ws", { features: [chatClient] });
const sessionId = new URLSearchParams(location.search).get("session") ?? "demo";
addEventListener("online", () => client.reconnect());

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no #root");
createRoot(root).render(
  <StrictMode>
    <Chat client={client} sessionId={sessionId} />
  </StrictMode>,
);
