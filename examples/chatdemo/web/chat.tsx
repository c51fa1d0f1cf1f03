import { isSessionstreamError } from "@sessionstream/runtime";
import type { Client } from "@sessionstream/runtime/client";
import { useConnectionState, useEntities, useHydrated, useRefusal, useSession } from "@sessionstream/runtime/react";
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
  readonly sessionId: string;
}

/** One session of the chat: its messages as they stream, and what one can do. */
export function Chat({ client, sessionId }: ChatProps) {
  const session = useSession(client, sessionId);
  const messages = useEntities(session, ChatMessage);
  const isHydrated = useHydrated(session);
  const refusal = useRefusal(session);
  const connection = useConnectionState(client);
  const [failure, setFailure] = useState<string>();
  const problem = failure ?? refusal?.message;
  const isStreaming = messages.some(({ status }) => status === Status.STREAMING);

  const attempt = async (work: Promise<unknown>): Promise<boolean> => {
    setFailure(undefined);
    try {
      await work;
      return true;
    } catch (error) {
      setFailure(describe(error));
      return false;
    }
  };

  return (
    <main className="chat">
      <header className="bar">
        <h1>sessionstream chat</h1>
        <span className="session">{sessionId}</span>
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

function describe(error: unknown): string {
  if (isSessionstreamError(error, "REQUEST_FAILED")) return "The server cannot be reached. Please try again.";
  return error instanceof Error ? error.message : String(error);
}
