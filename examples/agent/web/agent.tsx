import { isSessionstreamError } from "@sessionstream/runtime";
import type { Client } from "@sessionstream/runtime/client";
import { useConnectionState, useEntities, useHydrated, useRefusal, useSession } from "@sessionstream/runtime/react";
import { useState } from "react";
import { Status } from "../src/gen/agent/v1/agent_pb.js";
import {
  AgentAsk,
  AgentDecideTool,
  AgentMessage,
  AgentRepeatTool,
  AgentStop,
  AgentToolCall,
  type agent,
} from "../src/gen/agent/v1/agent_sessionstream.js";
import { Composer } from "./composer.js";
import { ConnectionBadge } from "./connection-badge.js";
import { Conversation } from "./conversation.js";
import { PersonChoice } from "./person-choice.js";

interface AgentProps {
  readonly client: Client<typeof agent>;
  readonly sessionId: string;
  readonly person: string;
}

/** One session with the assistant: what was said and done, as it happens, and what one can do. */
export function Agent({ client, sessionId, person }: AgentProps) {
  const session = useSession(client, sessionId);
  const messages = useEntities(session, AgentMessage);
  const calls = useEntities(session, AgentToolCall);
  const isHydrated = useHydrated(session);
  const refusal = useRefusal(session);
  const connection = useConnectionState(client);
  const [failure, setFailure] = useState<string>();
  const problem = failure ?? refusal?.message;
  const isAnswering = messages.some(({ status }) => status === Status.OPEN);

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
    <main className="agent">
      <header className="bar">
        <h1>sessionstream agent</h1>
        <span className="session">{sessionId}</span>
        <PersonChoice person={person} />
        <ConnectionBadge state={connection} />
      </header>
      <Conversation
        messages={messages}
        calls={calls}
        isHydrated={isHydrated}
        onDecide={(callId, approved) => attempt(session.submit(AgentDecideTool, { callId, approved }))}
        onRepeat={(callId, again) => attempt(session.submit(AgentRepeatTool, { callId, again }))}
      />
      {problem !== undefined && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <Composer
        isAnswering={isAnswering}
        onAsk={(text) => attempt(session.submit(AgentAsk, { text }))}
        onStop={() => attempt(session.submit(AgentStop, {}))}
      />
    </main>
  );
}

function describe(error: unknown): string {
  if (isSessionstreamError(error, "REQUEST_FAILED")) return "The server cannot be reached. Please try again.";
  return error instanceof Error ? error.message : String(error);
}
