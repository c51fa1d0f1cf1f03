import type { Client, ClientSession } from "@sessionstream/runtime/client";
import { useConnectionState, useEntities, useHydrated } from "@sessionstream/runtime/react";
import { useState } from "react";
import { Status } from "../src/gen/chat/v1/chat_pb.js";
import {
  ChatMessage,
  ChatStartInference,
  ChatStopInference,
  type chat,
} from "../src/gen/chat/v1/chat_sessionstream.js";
import { Composer } from "./composer.js";
import { ConnectionBadge } from "./connection-badge.js";
import { MessageList } from "./message-list.js";

interface ChatProps {
  readonly client: Client<typeof chat>;
  readonly session: ClientSession<typeof chat>;
}

/** One session of the chat: its messages as they stream, and what one can do. */
export function Chat({ client, session }: ChatProps) {
  const messages = useEntities(session, ChatMessage);
  const isHydrated = useHydrated(session);
  const connection = useConnectionState(client);
  const [problem, setProblem] = useState<string>();
  const isStreaming = messages.some(({ status }) => status === Status.STREAMING);

  const attempt = (work: Promise<unknown>) => {
    setProblem(undefined);
    work.catch((error: Error) => setProblem(error.message));
  };

  return (
    <main className="chat">
      <header className="bar">
        <h1>sessionstream chat</h1>
        <span className="session">{session.sessionId}</span>
        <ConnectionBadge state={connection} />
      </header>
      <MessageList messages={messages} isHydrated={isHydrated} />
      {problem !== undefined && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <Composer
        isStreaming={isStreaming}
        onPrompt={(prompt) => attempt(session.submit(ChatStartInference, { prompt }))}
        onStop={() => attempt(session.submit(ChatStopInference, {}))}
      />
    </main>
  );
}
