import { connect } from "@sessionstream/runtime/client";
import { useConnectionState, useEntities, useHydrated, useRefusal, useSession } from "@sessionstream/runtime/react";
import { createElement, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ChatMessage, chatClientFeature } from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { FakeNetwork } from "../../../test/fixtures/chat/fake-server.js";
import { appended, entity, errorFrame, snapshot, uiEvent } from "../../../test/fixtures/chat/frames.js";

// Runs in the browser: what the hooks give to a component, step by step.

declare const document: { createElement(name: string): Parameters<typeof createRoot>[0] & { textContent: string } };

const feature = chatClientFeature({
  messageAccepted: () => [],
  messageStarted: () => [],
  messageAppended: ({ payload: { messageId, text } }, view) => [
    ChatMessage.put({ messageId, text: (view.get(ChatMessage, messageId)?.text ?? "") + text }),
  ],
  messageFinished: () => [],
  messageStopped: () => [],
});

export interface Seen {
  readonly texts: Record<string, string>;
  readonly sent: Record<string, unknown>;
  readonly isSameArrayAfterOtherEvent: boolean;
  readonly rendersForOtherEvent: number;
  readonly isSameEntityAfterOther: boolean;
  readonly sharesSession: boolean;
}

export async function run(): Promise<Seen> {
  const network = new FakeNetwork();
  const client = connect("ws://server.test/ws", {
    features: [feature],
    webSocket: network.webSocket,
    onError: () => {},
  });
  const lists: (readonly object[])[] = [];
  const sessions = new Set<unknown>();
  let renders = 0;

  function Show({ sessionId }: { readonly sessionId: string }) {
    const session = useSession(client, sessionId);
    sessions.add(session);
    const messages = useEntities(session, ChatMessage);
    renders++;
    lists.push(messages);
    const parts = [useConnectionState(client), useHydrated(session), useRefusal(session)?.message ?? "ok"];
    return createElement("p", null, [...parts, ...messages.map(({ text }) => text)].join(" "));
  }
  const container = document.createElement("div");
  const root = createRoot(container);
  const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
  const show = async (...ids: string[]) => {
    root.render(
      createElement(
        StrictMode,
        null,
        ids.map((id, index) => createElement(Show, { key: index, sessionId: id })),
      ),
    );
    await turn();
  };
  const say = async (frame: unknown) => {
    network.last.say(frame);
    await turn();
  };
  const texts: Record<string, string> = {};
  const sent: Record<string, unknown> = {};
  const note = (step: string) => {
    texts[step] = container.textContent;
    sent[step] = network.last.sent.splice(0);
  };

  await show("s", "s");
  note("mounted twice");
  network.last.accept();
  await say(snapshot("s", 2, [entity(1, { messageId: "a", text: "A" }), entity(2, { messageId: "b", text: "B" })]));
  note("hydrated");
  const sharesSession = sessions.size === 1;

  await show("s");
  note("one left");
  const before = { renders, list: lists.at(-1) };
  await say(uiEvent("s", 3, "ChatMessageStarted", { messageId: "c" }));
  const rendersForOtherEvent = renders - before.renders;
  const isSameArrayAfterOtherEvent = lists.at(-1) === before.list;
  await say(appended("s", 4, "!", "b"));
  note("appended");
  const isSameEntityAfterOther = lists.at(-1) !== before.list && lists.at(-1)?.[0] === before.list?.[0];

  await show("t");
  note("another session");
  await say(errorFrame("t", "forbidden"));
  note("refused");
  root.unmount();
  await turn();
  note("unmounted");
  client.close();
  return { texts, sent, isSameArrayAfterOtherEvent, rendersForOtherEvent, isSameEntityAfterOther, sharesSession };
}
